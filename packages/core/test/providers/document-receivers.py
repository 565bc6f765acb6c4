"""The receivers that the systems' own documents show, run on deliveries handed over on stdin.

Each function is its document's, with `request` and the environment turned into arguments.
"""

import base64
import hashlib
import hmac
import json
import sys
from typing import Any, Dict


# DcisionAI, "Flask".
def dcisionai(headers, payload, secret):
    signature = headers.get('x-dcisionai-signature')
    timestamp = headers.get('x-dcisionai-timestamp')

    expected_signature = hmac.new(
        secret.encode(),
        f'{timestamp}.{payload.decode()}'.encode(),
        hashlib.sha256
    ).hexdigest()

    return hmac.compare_digest(signature, expected_signature)


# AI Platform, "Signature Verification".
def ai_platform(headers, payload_bytes, secret):
    signature = headers.get('x-webhook-signature')
    expected = hmac.new(
        secret.encode(),
        payload_bytes,
        hashlib.sha256
    ).hexdigest()

    return hmac.compare_digest(signature, expected)


# RAG Engine, "HMAC Signature Verification".
def generate_signature(secret: str, payload: Dict[str, Any]) -> str:
    payload_str = json.dumps(payload, sort_keys=True)
    signature = hmac.new(
        secret.encode(),
        payload_str.encode(),
        hashlib.sha256,
    ).hexdigest()
    return signature


def verify_signature(
    secret: str,
    payload: Dict[str, Any],
    received_signature: str,
) -> bool:
    expected_signature = generate_signature(secret, payload)

    from hmac import compare_digest
    return compare_digest(expected_signature.encode(), received_signature.encode())


def rag_engine(headers, payload, secret):
    body = json.loads(payload)
    by_header = verify_signature(secret, body['data'], headers['x-webhook-signature'])
    return by_header and verify_signature(secret, body['data'], body['signature'])


RECEIVERS = {'dcisionai': dcisionai, 'aiPlatform': ai_platform, 'ragEngine': rag_engine}

for line in sys.stdin:
    name, headers, body, secret = json.loads(line)
    print(json.dumps(RECEIVERS[name](headers, base64.b64decode(body), secret)))
