"""What may stand in a field of few words: the rooms own the words, the document lists them."""

from typing import Annotated, get_args

from appointments import credit, draw_entries, states
from appointments.shares import SHARES
from appointments.slots import Why
from assistant.answering import Kind
from assistant.confidence import Band
from assistant.navigation import CardKind, LiveKind
from feedback import consultations, rectification, routing
from feedback.subjects import SubjectKind
from foundation.words import one_of
from identity import exports, idnumber, organisation_agents
from identity.sign_on import NAME as SIGN_ON
from notifications import kinds
from payments import late_fee, receipt_lookup, refund_progress
from payments.states import BILL_NAMES, ORDER_NAMES
from payments.takings import CHANNELS

BookingState = Annotated[str, one_of(one for one in states.NAMES if one not in states.OFFERS)]
TicketState = Annotated[str, one_of(states.TICKET_NAMES)]
WaitState = Annotated[str, one_of(states.WAITLIST_NAMES)]
OfferState = Annotated[str, one_of(states.OFFER_NAMES, example="open")]
SlotState = Annotated[str, one_of(get_args(Why))]
Share = Annotated[str, one_of(SHARES, description="public 公众，priority 优先（老年人、残疾人、军人），staff 代约")]
DrawState = Annotated[str, one_of(("open", "closed", "drawn", "cancelled"))]
EntryOutcome = Annotated[str, one_of(draw_entries.NAMES)]
SanctionState = Annotated[str, one_of(credit.STATE_NAMES)]
AppealState = Annotated[str, one_of(credit.APPEAL_NAMES)]

BillState = Annotated[str, one_of(BILL_NAMES)]
OrderState = Annotated[str, one_of(ORDER_NAMES)]
ResultState = Annotated[str, one_of(("settled", "waiting", "unpaid", "returned"))]
RefundState = Annotated[str, one_of(refund_progress.LABELS, example="processing")]
ReceiptState = Annotated[str, one_of(receipt_lookup.STATES)]
LateKind = Annotated[str, one_of((*late_fee.NAMES, ""))]
PayChannel = Annotated[str, one_of(CHANNELS)]

AnswerKind = Annotated[str, one_of(Kind)]
AnswerBand = Annotated[str, one_of(Band)]
CardLeads = Annotated[str, one_of(CardKind)]
LiveCardKind = Annotated[str, one_of(LiveKind)]
Tone = Annotated[str, one_of(("good", "warn", "bad", ""))]
PersonState = Annotated[str, one_of(("waiting", "none", "message", "held", "ended"))]
SaidBy = Annotated[str, one_of(("agent", "citizen", "system"))]

ConsultationKind = Annotated[str, one_of(routing.KINDS)]
ConsultationState = Annotated[str, one_of(consultations.STATES)]
RectificationState = Annotated[str, one_of(rectification.NAMES, example="mended")]
RateableKind = Annotated[str, one_of(get_args(SubjectKind))]

Platform = Annotated[str, one_of((*CHANNELS, SIGN_ON))]
MessageChannel = Annotated[str, one_of(kinds.CHANNELS)]
IdTypeName = Annotated[str, one_of((*idnumber.IdType, ""))]
AgentRole = Annotated[str, one_of(organisation_agents.ROLE_NAMES, example="agent")]
AgentState = Annotated[str, one_of(organisation_agents.STATE_NAMES, example="active")]
CopyState = Annotated[str, one_of(exports.STATE_NAMES, example="ready")]
