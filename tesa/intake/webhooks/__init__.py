"""What Twilio asks of intake. Thin: form, transaction, act, plan.

A voice request never ends in an error page: whatever goes wrong behind it, the caller is led to a human
(`_or_last_resort`). A message is answered 2xx only after its row is durable.
"""

from tesa.intake.webhooks import backs, messages, offers, rooms, silent, softphone, talk, voice, voicemail
from tesa.intake.webhooks.blueprint import blueprint

__all__ = ["backs", "blueprint", "messages", "offers", "rooms", "silent", "softphone", "talk", "voice", "voicemail"]
