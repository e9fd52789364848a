"""Names and sizes of attached files."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import attachments as a
from domain.errors import Refused


def refused(check: Callable[[], object]) -> tuple[str, str | None, dict[str, object]]:
    with pytest.raises(Refused) as refusal:
        check()
    return refusal.value.code, refusal.value.field, refusal.value.values


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("rapport.pdf", "rapport.pdf"),
        ("Bijlage 1 (getekend).PDF", "Bijlage 1 (getekend).PDF"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\tom\foto.png", "foto.png"),
        ("C:fout.png", "C_fout.png"),
        ("rekening\u202efdp.exe", "rekeningfdp.exe"),
        ("ver\u200bborgen.pdf", "verborgen.pdf"),
        ("regel\r\neen\x00.pdf", "regeleen.pdf"),
        ('a"b<c>d|e?f*.pdf', "a_b_c_d_e_f_.pdf"),
        ("con.pdf", "_con.pdf"),
        ("LPT1.txt", "_LPT1.txt"),
        ("con.tract.pdf", "_con.tract.pdf"),
        ("contract.pdf", "contract.pdf"),
        (".pdf", "_.pdf"),
        ("...", "_"),
        ("", "_"),
        ("  veel   spaties .pdf ", "veel spaties.pdf"),
        ("famille\U0001f468\u200d\U0001f469\u200d\U0001f467.png", "famille\U0001f468\u200d\U0001f469\u200d\U0001f467.png"),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
        ("voor de deadline", "voor de deadline"),
        ("half\ud83d.pdf", "half.pdf"),  # a broken sign
        ("regel\u2028twee\u2029drie.pdf", "regeltweedrie.pdf"),
        ("XXrayXX.pdf", "XXrayXX.pdf"),
        ("naamX. .", "naamX"),
        ("scan . .pdf", "scan.pdf"),
        (". .verborgen.pdf", "verborgen.pdf"),
        ("..pdf", "_.pdf"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_safe(given_name: str, kept: str) -> None:
    assert a.clean_name(given_name) == kept


def test_a_long_name_keeps_its_extension() -> None:
    kept = a.clean_name("é" * 400 + ".docx")

    assert len(kept) == a.LONGEST_NAME
    assert kept.endswith("é.docx")
    assert a.clean_name("é" * 400 + ".docx. .") == kept  # what is typed behind it changes nothing


@given(st.text(max_size=400))
def test_whatever_the_name_the_kept_one_is_short_safe_and_stays_the_same(name: str) -> None:
    kept = a.clean_name(name)

    assert 1 <= len(kept) <= a.LONGEST_NAME
    assert not set(kept) & set('/\\:*?"<>|\r\n\0\u202e\u2066')
    assert not kept.startswith((".", " "))
    assert kept == unicodedata.normalize("NFC", kept)
    assert a.clean_name(kept) == kept


@pytest.mark.parametrize(
    "name", ["virus.exe", "plaatje.svg", "pagina.html", "macro.docm", "archief.zip", "zonder", "naam.", "a.pdf.js"]
)
def test_only_listed_extensions_are_accepted(name: str) -> None:
    assert refused(lambda: a.media_type(name)) == ("attachment_type", "attachments", {})


@pytest.mark.parametrize(("name", "ending"), [("a.b.PDF", "pdf"), ("pdf", ""), ("", ""), ("naam.", "")])
def test_the_extension_is_what_stands_after_the_last_stop(name: str, ending: str) -> None:
    assert a.extension(name) == ending


def test_a_long_name_ends_neither_in_a_stop_nor_in_a_space() -> None:
    # 150 signs with ".pdf": the cut falls right behind "X. ", of which only the X stays.
    assert a.clean_name("b" * 143 + "X. " + "c" * 50 + ".pdf") == "b" * 143 + "X.pdf"


def test_the_extension_is_read_without_regard_to_case() -> None:
    assert a.media_type("FOTO.JPG") == "image/jpeg"


def test_an_empty_file_is_refused() -> None:
    assert refused(lambda: a.check_size(b"")) == ("attachment_empty", "attachments", {})


def test_twenty_megabytes_is_the_largest() -> None:
    a.check_size(bytes(20_971_520))

    code, field, values = refused(lambda: a.check_size(bytes(20_971_521)))
    assert (code, field) == ("attachment_too_large", "attachments")
    assert "{megabytes} MB".format(**values) == "20 MB"  # as the sentence shows it: a whole number


def test_a_dossier_holds_twenty_files() -> None:
    a.check_count(present=19, more=1)

    assert refused(lambda: a.check_count(19, 2)) == ("attachment_too_many", "attachments", {"most": 20, "present": 19})


@pytest.mark.parametrize(
    ("packed", "unpacked", "entries"),
    [(10_000_000, 104_857_601, 3), (100_000, 1_000_000, 1_001), (1_000, 100_001, 2)],
)
def test_a_packed_file_that_unpacks_too_large_is_refused(packed: int, unpacked: int, entries: int) -> None:
    why = refused(lambda: a.check_unpacked(packed, unpacked, entries))

    assert why == ("attachment_unpacks_too_large", "attachments", {})


@pytest.mark.parametrize(
    ("packed", "unpacked", "entries"), [(10_000_000, 104_857_600, 3), (100_000, 1_000_000, 1_000), (1_000, 100_000, 2)]
)
def test_exactly_as_large_as_it_may_be_is_accepted(packed: int, unpacked: int, entries: int) -> None:
    a.check_unpacked(packed, unpacked, entries)


def test_an_ordinary_document_may_unpack() -> None:
    a.check_unpacked(packed=12_000, unpacked=90_000, entries=14)
