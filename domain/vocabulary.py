"""The coded words of the register. Identifiers are English; the Dutch labels stand in the message catalogues
(``<enum name in lower case>.<value>``, for example ``channel.phone``)."""

from __future__ import annotations

from enum import StrEnum


class Compartment(StrEnum):
    REGULAR = "regular"
    UNWANTED_BEHAVIOUR = "unwanted_behaviour"
    WHISTLEBLOWER = "whistleblower"


class Kind(StrEnum):
    COMPLAINT = "complaint"
    QUESTION = "question"


class Status(StrEnum):
    REGISTERED = "registered"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    DECIDED = "decided"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    NOT_HANDLED = "not_handled"
    IN_APPEAL = "in_appeal"
    RULED = "ruled"
    CLOSED = "closed"
    ANONYMISED = "anonymised"


class Channel(StrEnum):
    """R038."""

    FACE_TO_FACE = "face_to_face"
    PHONE = "phone"
    EMAIL = "email"
    LETTER = "letter"
    WEB_FORM = "web_form"
    APP = "app"
    EVALUATION_FORM = "evaluation_form"
    SOCIAL_MEDIA = "social_media"
    THIRD_PARTY = "third_party"
    EXTERNAL_BODY = "external_body"
    CONFIDANT = "confidant"
    OTHER = "other"


WRITTEN_CHANNELS = frozenset({Channel.EMAIL, Channel.LETTER, Channel.WEB_FORM, Channel.APP, Channel.EVALUATION_FORM})


class ComplainantType(StrEnum):
    PARENT = "parent"
    PARENTS_COMMITTEE = "parents_committee"
    CLIENT = "client"
    COMMISSIONING_CLIENT = "commissioning_client"
    PARTICIPANT = "participant"
    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    EMPLOYEE = "employee"
    THIRD_PARTY = "third_party"
    REPRESENTATIVE = "representative"
    ANONYMOUS = "anonymous"


class SubjectType(StrEnum):
    """R001: a complaint is about conduct or about a product, a service, the agreement."""

    CONDUCT = "conduct"
    SERVICE = "service"
    AGREEMENT = "agreement"
    OTHER = "other"


class Discussed(StrEnum):
    """R024: discussed with the person concerned? "No" never blocks."""

    YES = "yes"
    NO = "no"
    DECLINED = "declined"


class Relation(StrEnum):
    """How somebody other than the complainant is in a dossier. RESPONDENT and CONFLICT are excluded from it."""

    RESPONDENT = "respondent"
    CONFLICT = "conflict"
    INVOLVED = "involved"


EXCLUDED_RELATIONS = frozenset({Relation.RESPONDENT, Relation.CONFLICT})
RESEMBLES = "resembles"  # no relation that anybody chooses: a typed name looks like this colleague's, and somebody has to say


class LadderLevel(StrEnum):
    """R004: the complainant's own way up."""

    COLLEAGUE = "colleague"
    MANAGER = "manager"
    COORDINATOR = "coordinator"
    OUTSIDE = "outside"


class Outcome(StrEnum):
    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"
    NO_JUDGMENT = "no_judgment"
    RESOLVED_INFORMALLY = "resolved_informally"


class CloseReason(StrEnum):
    ACCEPTED = "accepted"
    WINDOW_ELAPSED = "window_elapsed"
    ALTERNATIVES_EXHAUSTED = "alternatives_exhausted"
    EXTERNAL_RULED = "external_ruled"
    WITHDRAWN = "withdrawn"
    NOT_HANDLED = "not_handled"


class Ruling(StrEnum):
    CONFIRMED = "confirmed"
    REVISED = "revised"
    ANNULLED = "annulled"
    INADMISSIBLE = "inadmissible"
    SETTLED = "settled"


class PauseReason(StrEnum):
    """Why clocks stand still."""

    WAITING_COMPLAINANT = "waiting_complainant"
    EXTERNAL_BODY = "external_body"  # suspended while an outside body looks at it (R011)
    AGREED = "agreed"
    HEARING = "hearing"  # in an appeal
    DOCUMENTS = "documents"  # in an appeal


class ExternalStage(StrEnum):
    """The overlay of R009-R011."""

    INFORMED = "informed"
    DESK = "desk"
    COMMITTEE_PENDING = "committee_pending"
    HEARING = "hearing"
    RULED = "ruled"
    ENDED = "ended"


class ExternalResult(StrEnum):
    """What an outside body said or reached (R014, R016)."""

    INFORMATION = "information"
    ADVICE = "advice"
    MEDIATION_SUCCEEDED = "mediation_succeeded"
    MEDIATION_FAILED = "mediation_failed"
    REFERRED_ON = "referred_on"
    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"
    SETTLED = "settled"
    INADMISSIBLE = "inadmissible"


class Satisfied(StrEnum):
    """What the complainant says of the outcome, at closing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class LetterType(StrEnum):
    ACK_ACTION = "ack_action"
    ACK_PROMISE = "ack_promise"
    EXTENSION = "extension"
    PROGRESS = "progress"
    RESPONSE = "response"
    DECISION = "decision"
    REFERRAL = "referral"
    WITHDRAWAL = "withdrawal"
    NOT_HANDLED = "not_handled"
    RESPONDENT_NOTICE = "respondent_notice"
    APPEAL_RECEIVED = "appeal_received"
    APPEAL_RULING = "appeal_ruling"
    APPEAL_RULING_NOTICE = "appeal_ruling_notice"  # the same ruling, to the organisation
    CLOSING = "closing"


class Recipient(StrEnum):
    COMPLAINANT = "complainant"
    RESPONDENT = "respondent"
    ORGANISATION = "organisation"
    EXTERNAL_BODY = "external_body"


class Side(StrEnum):
    """Which half of a dossier a row belongs to: the first line's file, or the appeal reviewer's own papers."""

    FILE = "file"
    APPEAL = "appeal"


class Flag(StrEnum):
    """What the board says about the earliest open promise, worst first."""

    LEGAL_PASSED = "legal_passed"  # statutory date passed
    LATE = "late"  # house promise passed, or a statutory target passed while the legal date is not
    TODAY = "today"
    SOON = "soon"  # two working days or less
    ON_TIME = "on_time"
    PAUSED = "paused"  # the only open promises stand still
    NONE = "none"  # no open promise


class Helped(StrEnum):
    """Did a measure help?"""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNCLEAR = "unclear"


class EventKind(StrEnum):
    """What happened; the codes of the append-only history."""

    REGISTERED = "registered"
    TAKEN_OVER = "taken_over"  # from the register that was kept before
    QUESTION_CONVERTED = "question_converted"
    CONSULTED = "consulted"
    ACKNOWLEDGED = "acknowledged"
    ACK_IMPOSSIBLE = "ack_impossible"
    ASSIGNED = "assigned"
    STARTED = "started"
    CONTACT = "contact"  # talk, call or message with the complainant
    CONVERSATION = "conversation"  # attempt at a joint solution
    MEDIATION = "mediation"
    INFORMED = "informed"  # scheme and outside bodies explained (R007)
    NOTE = "note"
    LETTER_SENT = "letter_sent"
    MESSAGE_RECEIVED = "message_received"
    EXTENDED = "extended"
    EXTENSION_WITHDRAWN = "extension_withdrawn"
    CONSENTED = "consented"
    PAUSED = "paused"
    RESUMED = "resumed"
    RECEIPT_CORRECTED = "receipt_corrected"
    DECIDED = "decided"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    NOT_HANDLED = "not_handled"
    CLOSED = "closed"
    REOPENED = "reopened"
    LADDER_STEP = "ladder_step"
    EXPERT_CONSULTED = "expert_consulted"
    PARTY_ADDED = "party_added"
    PARTY_REMOVED = "party_removed"  # named by mistake, and excluded from nothing
    LIFT_PROPOSED = "lift_proposed"  # the first of two persons says that an exclusion should end
    LIFT_WITHDRAWN = "lift_withdrawn"
    LIFTED = "lifted"  # the second confirmed it
    RESEMBLES = "resembles"  # a typed name looks like a colleague's, who sees nothing until somebody says that it is another
    RESEMBLES_NOT = "resembles_not"  # somebody said so
    CORRECTED = "corrected"  # which fields; the text keeps what stood there
    RED_FLAG_RAISED = "red_flag_raised"
    COMPLAINANT_NAMED = "complainant_named"  # who complained became known, or was corrected
    MEASURE_DONE = "measure_done"
    MEASURE_MOVED = "measure_moved"
    REVIEW_ACTION = "review_action"  # the yearly review agreed on an extra action
    REVIEW_ACTION_DROPPED = "review_action_dropped"  # and took it back before it was finalised
    MEASURE_EFFECT = "measure_effect"  # did it help?
    POSITION_SENT = "position_sent"  # what we do with the judgment of our committee
    CONSEQUENCES_DONE = "consequences_done"  # of a ruling in appeal
    FROM_EVALUATION = "from_evaluation"  # it stood on an evaluation form
    SATISFACTION_ASKED = "satisfaction_asked"  # how it went, for the complainant
    SATISFACTION_ANSWERED = "satisfaction_answered"  # with the scores; again: put right
    ATTACHMENT_ADDED = "attachment_added"
    ATTACHMENT_REMOVED = "attachment_removed"
    EXTERNAL_ROUTE = "external_route"
    APPEAL_LODGED = "appeal_lodged"
    APPEAL_ACKNOWLEDGED = "appeal_acknowledged"
    APPEAL_HEARING = "appeal_hearing"
    APPEAL_NOTE = "appeal_note"
    APPEAL_RULED = "appeal_ruled"
    APPEAL_WITHDRAWN = "appeal_withdrawn"  # by the complainant
    HANDED_OVER = "handed_over"
    PROCEDURE_CHOSEN = "procedure_chosen"  # another one than was chosen at registration
    PROCEDURE_CHANGED = "procedure_changed"  # it goes on under another version of its procedure
    CALENDAR_CHANGED = "calendar_changed"  # a closed day became known later: its dates moved, or somebody left them
    HELD = "held"  # it has to stay, whatever the term says
    RELEASED = "released"
    CONTACT_REMOVED = "contact_removed"  # how to reach the complainant
    ANONYMISED = "anonymised"
    SEALED = "sealed"  # somebody took it along as one file
    ACCESS_GIVEN = "access_given"  # what stands in it about somebody went to them, as they asked
    ESCALATED = "escalated"  # within the organisation, by the nightly run
