"""What the tests do with their bucket, by boto3: run in the environment that has it (s3.py)."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import urllib.request
from typing import Any

import boto3  # type: ignore[import-not-found,unused-ignore]

_ANY_KEY = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}


def client(service: str, url: str) -> Any:
    """Return what speaks with a service of the store."""
    return boto3.client(service, endpoint_url=url, region_name="us-east-1")


def make(url: str, bucket: str) -> dict[str, list[str]]:
    """Make the bucket, its owner's key and the job's; from then on each request needs one."""
    client("s3", url).create_bucket(Bucket=bucket)
    there = f"arn:aws:s3:::{bucket}"
    rights = {
        "owner": [("s3:*", [there, f"{there}/*"])],
        "job": [
            ("s3:ListBucket", ["arn:aws:s3:::*"]),
            ("s3:PutObject", [f"{there}/*"]),
            ("s3:DeleteObject", [f"{there}/*"]),
        ],
    }
    iam = client("iam", url)
    keys = {}
    for user, allowed in rights.items():
        iam.create_user(UserName=user)
        statements = [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in allowed]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=user, PolicyName="bucket", PolicyDocument=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user] = [key["AccessKeyId"], key["SecretAccessKey"]]
    shut = urllib.request.Request(
        f"{url}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}
    )
    urllib.request.urlopen(shut).close()
    return keys


def fetch(url: str, bucket: str) -> dict[str, list[str]]:
    """Fetch every file: its digest, content type and cache control."""
    s3 = client("s3", url)
    files = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", ()):
            got = s3.get_object(Bucket=bucket, Key=one["Key"])
            sha256 = hashlib.sha256(got["Body"].read()).hexdigest()
            files[one["Key"]] = [sha256, got["ContentType"], got.get("CacheControl", "")]
    return files


def main() -> None:
    """Do one thing, and print what came of it."""
    url, bucket, what, name = sys.argv[1:]
    done: dict[str, list[str]] = {}
    if what == "make":
        os.environ |= _ANY_KEY
        done = make(url, bucket)
    elif what == "fetch":
        done = fetch(url, bucket)
    else:
        client("s3", url).put_object(Bucket=bucket, Key=name, Body=b"")
    print(json.dumps(done))


main()
