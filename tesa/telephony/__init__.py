"""Floor 1: all that is Twilio: inbound parsing and signature, call plans into TwiML, the gateway, the outbox, the practice line.

Knows nothing of hotlines: what a call means is decided above. Only this package imports `twilio`.
"""
