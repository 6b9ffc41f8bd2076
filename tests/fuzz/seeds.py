"""What the fuzz targets begin with, where that does not stand in the rows of tests/spec."""

TOKENS = (
    '{"alg":"ES256","kid":"a","typ":"JWT"}',
    '{"alg":"none","crit":["exp"],"b64":false,"jwk":{},"jku":"http://h/"}',
    '{"iss":"i","aud":["a"],"sub":"s","exp":1000001,"nbf":0,"iat":1.5e3,"roles":["a","b"]}',
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.e30." + "A" * 86,
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImIifQ.e30." + "A" * 86,
    '{"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","key_ops":["verify"],"x":"' + "A" * 43 + '"}]}',
    '{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}',
    '{"keys":[{"kty":"RSA","e":"AQAB","n":"' + "_" * 341 + 'w"}]}',
)
CUTS = ("\0\0", "\1\1", "x\7")  # how the bytes come in pieces (pieces.hpp)
REQUESTS = (
    "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
    "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;a=b\r\nx\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.1\r\n",
    "POST http://h:1/%61?b HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Encoding: gzip\r\nContent-Length: 2000\r\n\r\n",
)
RESPONSES = (
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=\"y\"\r\nde\r\n0\r\nTrailer: 1\r\n\r\n",
    "HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nuntil the end",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
)


def frame(first, payload):
    """A masked WebSocket frame, short."""
    return bytes([first, 0x80 | len(payload), 1, 2, 3, 4]) + bytes(byte ^ (1, 2, 3, 4)[i % 4] for i, byte in enumerate(payload))


SEEDS = {
    "token": TOKENS,
    "http": [cut + request for cut in CUTS for request in REQUESTS],
    "response": [cut + response for cut in CUTS for response in RESPONSES],
    "web_socket": [
        frame(0x81, "é𝄞".encode()) + frame(0x89, b"ping") + frame(0x82, b"\xff"),
        frame(0x01, b"a") + frame(0x8A, b"") + frame(0x00, b"b") + frame(0x80, b"c"),
        frame(0x81, b"") + frame(0x88, b"\x03\xe8bye"),
    ],
    "template": [
        f"{a}\n{b}\n{template}"
        for a, b in (("b'", "x' OR '1'='1"), ('"}, "$where": "1', "\0é"))
        for template in (
            '{"payload.n": "{{a}}", "m.k": {"$in": ["{{b}}", 1, null]}, "$or": [{"id": {"$regex": "^a"}}, {"n": {"$exists": false}}]}',
            '{"$nor": [{"n": {"$not": {"$gte": "{{a}}"}}}, {"m": {"$ne": {{b}}}}], "n": {"$prefix": "b"}}',
            '{"n": {"_in": ["a", "b\'"]}, "_and": [{"id": "a\'"}]}',
            "payload->>'n' LIKE '{{a}}' || '%' AND (id = {{b}} OR payload->'m'->>'k' < '{{a}}') -- it's",
        )
    ],
}
