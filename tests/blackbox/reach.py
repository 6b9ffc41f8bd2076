"""What tests of servers that cannot be reached as they should share."""

import socket
import subprocess
import threading

from service import until, wait_until
from story_test import RAW_EVENT

RAW = "/raw-events/api"


def says(service, *words, seconds_max=30):
    """Until /ready says one of these."""
    wait_until(lambda: until(service, 503)["storages"]["raw_events"]["error"], lambda said: any(word in said for word in words), seconds_max)


def is_refused(service, words):
    """Clients are told that the storage is away, and no more."""
    refused = service.request("POST", RAW, RAW_EVENT)
    assert (refused.status, refused.json()["code"]) == (503, "store.unavailable") and refused.headers["Retry-After"], refused
    assert words not in refused.text


def works(service):
    until(service, 200)
    created = service.create(RAW, RAW_EVENT)
    assert service.get(f"{RAW}/{created['id']}").json() == created
    return created


def starts_first(service, server, words):
    """A service starts before its server, which then comes, goes and comes again."""
    says(service, *words)
    is_refused(service, words[0])
    server.start()
    created = works(service)
    server.kill()
    until(service, 503)
    server.start()
    until(service, 200)
    assert service.get(f"{RAW}/{created['id']}").json() == created
    service.stop()
    server.stop()


class Silence:
    """A host that takes connections and never says a word, as one does that has lost its power behind a switch that has not."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            while True:
                self.taken.append(self.listener.accept()[0])
        except OSError:
            return

    def close(self):
        self.listener.close()
        for connection in self.taken:
            connection.close()


class Authority:
    """A certificate authority, made here, and a certificate of 127.0.0.1 or of another name."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.certificate = folder / "ca.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Test CA",
                     "-keyout", folder / "ca.key", "-out", self.certificate)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def sign(self, name):
        """The files of a key and its certificate."""
        key, request, certificate, names = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server", "-keyout", key, "-out", request)
        names.write_text(f"subjectAltName={'IP' if name[0].isdigit() else 'DNS'}:{name}")
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / "ca.key", "-days", "2", "-extfile", names,
                     "-out", certificate)
        return key, certificate
