"""A bucket that speaks S3, asked with boto3. What our key may do there: s3:PutObject and s3:GetObject on these two names."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tesa.continuity.places import PlaceFailed
from tesa.core.outside import Bucket

CONNECT_SECONDS, READ_SECONDS = 3, 5
LARGEST = 64 * 1024  # bytes; Twilio takes no larger document
NOT_THERE = {"NoSuchKey", "404"}


class BucketStore:
    """The bucket of the settings. Each question takes some seconds at most, and is asked twice at most."""

    def __init__(self, bucket: Bucket) -> None:
        self._name = bucket.name
        session = boto3.session.Session(
            aws_access_key_id=bucket.key_id, aws_secret_access_key=bucket.key_secret, region_name=bucket.region
        )
        self._client: Any = session.client(
            "s3",
            endpoint_url=bucket.endpoint,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": 2},
                # Others than AWS know neither host names of buckets nor the newest checksums.
                s3={"addressing_style": "path" if bucket.endpoint else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def __repr__(self) -> str:
        return f"BucketStore({self._name!r})"

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """See Store. An object is replaced as a whole."""
        self._ask("put_object", Key=name, Body=content, ContentType=content_type, CacheControl="no-store")

    def read(self, name: str) -> bytes | None:
        """See Store."""
        answer = self._ask("get_object", Key=name)
        if answer is None:
            return None
        try:
            content: bytes = answer["Body"].read(LARGEST + 1)
        except (BotoCoreError, OSError) as error:
            raise PlaceFailed(type(error).__name__) from None
        return content

    def _ask(self, what: str, **values: Any) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] = getattr(self._client, what)(Bucket=self._name, **values)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if what == "get_object" and code in NOT_THERE:
                return None
            raise PlaceFailed(code[:60]) from None
        except (BotoCoreError, ValueError) as error:
            raise PlaceFailed(type(error).__name__) from None
        return answer
