"""What stands when TeSA is down, and how the line proves every day that it works.

A document with the numbers on duty is kept at other hosting, where Twilio finds it when our own webhooks do not answer.
Once a day the line calls itself: from a second number of ours to the hotline, and is answered by that second number,
through the same code as any caller, without ringing anybody.
"""
