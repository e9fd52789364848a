"""What can happen in a dossier, as far as promises are concerned: it opens them, meets them or ends them."""

from __future__ import annotations

from enum import StrEnum


class Fact(StrEnum):
    """Each fact has the date on which it happened, not on which it was entered. An internal note is not a fact."""

    RECEIVED = "received"  # reached anybody of the organisation
    REGISTERED = "registered"
    PROCEDURE_CHOSEN = "procedure_chosen"  # another procedure, from the beginning
    RECEIPT_CORRECTED = "receipt_corrected"  # it had been received on the date that this names
    COMPLAINANT_KNOWN = "complainant_known"  # an anonymous complaint has somebody to write to
    SUSPICION_KNOWN = "suspicion_known"  # a red flag raised after registration
    CONSULTED = "consulted"  # the director with the partners, naming who acknowledges
    ACK_ACTION_SENT = "ack_action_sent"  # written, to the complainant: what was done
    ACK_PROMISE_SENT = "ack_promise_sent"  # written, to the complainant: a reaction within a week
    ACK_SENT = "ack_sent"  # acknowledgement of a report in a closed compartment
    ACK_IMPOSSIBLE = "ack_impossible"  # anonymous: nobody to write to
    CONTACT = "contact"  # talk, call or message with the complainant
    CONTACT_AFTER_ACK = "contact_after_ack"  # derived: contact on or after the day of the acknowledgement
    OUTBOUND = "outbound"  # any written message to the complainant
    RESPONSE_SENT = "response_sent"
    RESOLVED = "resolved"  # derived: the action letter on a complaint that was already resolved
    DECISION_SUPERSEDED = "decision_superseded"  # a measure of the earlier decision, by its date, has no ground any more
    DECIDED = "decided"
    DECISION_SENT = "decision_sent"
    FEEDBACK_SENT = "feedback_sent"  # to who reported wrongdoing
    COMMITTEE_JUDGED = "committee_judged"  # our own complaints committee gave its judgment (Jeugdwet 4.2.1)
    POSITION_SENT = "position_sent"  # what we do with that judgment
    EXTENDED = "extended"  # the notice with a new date went out
    EXTENSION_WITHDRAWN = "extension_withdrawn"  # the last notice does not hold any more
    CONSENTED = "consented"  # the complainant, in writing, to a further extension (Awb 9:11(3))
    PAUSED = "paused"  # the clocks that may stand still do; the date that it names is their first day again
    RESUMED = "resumed"
    RULING_EXTENDED = "ruling_extended"  # the same, for the ruling in an appeal
    RULING_PAUSED = "ruling_paused"  # by who hears the appeal: only its own clocks
    RULING_RESUMED = "ruling_resumed"
    EXPERT_CONSULTED = "expert_consulted"  # Wko 1.51b
    MEASURE_AGREED = "measure_agreed"
    MEASURE_MOVED = "measure_moved"  # the letter with its new date went out; it was due on another one
    MEASURE_DONE = "measure_done"
    WITHDRAWN = "withdrawn"
    NOT_HANDLED = "not_handled"
    CLOSED = "closed"
    REOPENED = "reopened"
    NOT_RECORDED = "not_recorded"  # taken over from an old register: what it does not say, nobody knows
    APPEAL_LODGED = "appeal_lodged"
    APPEAL_ACK_SENT = "appeal_ack_sent"
    APPEAL_RULING_SENT = "appeal_ruling_sent"
    APPEAL_WITHDRAWN = "appeal_withdrawn"
    NEW_DECISION_NEEDED = "new_decision_needed"  # a ruling annulled the decision
    CONSEQUENCES_DONE = "consequences_done"  # of a ruling in appeal
    EXTERNAL_SUBMITTED = "external_submitted"
    EXTERNAL_RULED = "external_ruled"
    # of the organisation, not of a dossier
    REVIEWED = "reviewed"
    YEAR_ENDED = "year_ended"
    YEAR_REPORT_SENT = "year_report_sent"
    YEAR_REPORT_ADOPTED = "year_report_adopted"
