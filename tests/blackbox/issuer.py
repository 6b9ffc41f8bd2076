"""An issuer of tokens: keys of its own, tokens by PyJWT, and a server that gives the public keys out, or does not."""

import base64
import http.server
import json
import threading
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NAME = "https://issuer.example/"
AUDIENCE = "millrace"
KINDS = {"RS256": "rsa", "PS256": "rsa", "ES256": "ec", "EdDSA": "ed"}


def encode(data):
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


class Key:
    def __init__(self, kind, kid):
        make = {
            "rsa": lambda: rsa.generate_private_key(65537, 2048),
            "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
            "ed": ed25519.Ed25519PrivateKey.generate,
        }
        self.private, self.kid = make[kind](), kid
        algorithm = {"rsa": jwt.algorithms.RSAAlgorithm, "ec": jwt.algorithms.ECAlgorithm, "ed": jwt.algorithms.OKPAlgorithm}[kind]
        self.jwk = {**algorithm.to_jwk(self.private.public_key(), as_dict=True), "kid": kid, "use": "sig"}
        self.jwk.pop("key_ops", None)


def claims(lasts=600, **more):
    """Claims that are right; None takes one away."""
    now = time.time()
    made = {"iss": NAME, "aud": AUDIENCE, "sub": "alice", "exp": int(now) + lasts, "iat": int(now), "roles": ["analyst"], **more}
    return {name: value for name, value in made.items() if value is not None}


class Issuer:
    """`tls`: what its server speaks TLS by."""

    def __init__(self, tls=None):
        self.keys = {kind: Key(kind, f"{kind}-1") for kind in ("rsa", "ec", "ed")}
        self.status, self.asked = 200, 0
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                body = json.dumps({"keys": [key.jwk for key in issuer.keys.values()]}).encode()
                self.send_response(issuer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # who does not trust it ends the handshake
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_address[1]}/jwks.json"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def token(self, algorithm="ES256", header=None, lasts=600, **more):
        key = self.keys[KINDS[algorithm]]
        return jwt.encode(claims(lasts, **more), key.private, algorithm, headers={"kid": key.kid, **(header or {})})


def bearer(token):
    return {"Authorization": f"Bearer {token}"}
