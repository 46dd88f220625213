"""The audit trail: who did or read what, in a chain that shows every later change.

`record(...)` notes an entry for the present transaction; the chain is written when that transaction commits. So an act
and its entry stand or fall together, and a page that opened something is not sent before the entry that says so stands.

Entries hold ids, codes and hashes of ciphertext, never a caller's words.

- entries.py   what an entry is signed over
- keys.py      the key of the day, and what its daily change protects from
- writing.py   record(), and the chain at commit
- checking.py  verify(): the whole chain, and what is sealed beside it
- heads.py     the newest entry written out to a second place, against cutting off the end
- reading.py   what pages and reports ask of the trail
"""

from tesa.accounts.audit.checking import Verdict, verify
from tesa.accounts.audit.entries import GENESIS, Detail, canonical, sealed_hash
from tesa.accounts.audit.reading import Entry, trail_of_case
from tesa.accounts.audit.writing import record

__all__ = ["GENESIS", "Detail", "Entry", "Verdict", "canonical", "record", "sealed_hash", "trail_of_case", "verify"]
