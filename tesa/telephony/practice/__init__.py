"""The practice line: a local stand-in for Twilio, the phone network and the people on it.

In demo mode it runs as a process of its own beside TeSA. It takes the REST calls that TeSA makes, fetches and plays TeSA's
TwiML as text, sends signed webhooks in Twilio's order, and shows a page on which a person plays callers and staff phones.
TeSA's own telephony code does not know whether it talks to Twilio or to this line.

It must not: know anything of TeSA beyond HTTP (it imports nothing else of the house), listen anywhere but on the loopback
address, fetch anything outside TeSA, or keep more than its bounded memory of what was said.
"""

from tesa.telephony.practice.app import create_practice_app, serve
from tesa.telephony.practice.config import PracticeConfig, PracticePhone

__all__ = ["PracticeConfig", "PracticePhone", "create_practice_app", "serve"]
