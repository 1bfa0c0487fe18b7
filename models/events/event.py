"""Every kind of event that the core is fed, in one type.

Time comes with the event and is aware UTC. Money is in the currency named, prices are in the quote
currency, and quantities are signed.
"""

from __future__ import annotations

from models.events.account import CashFlow, DayEnd, Mark, Opening
from models.events.corporate_actions import CorporateAction
from models.events.orders import Fill, OrderUpdate

Event = Opening | OrderUpdate | Fill | Mark | CorporateAction | CashFlow | DayEnd
