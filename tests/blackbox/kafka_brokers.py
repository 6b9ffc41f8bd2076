"""librdkafka's mock of a Kafka cluster, in a process of its own (tests/kafka/brokers.cpp)."""

import json
import os
import select
import subprocess

import service as services

PROGRAM = services.ROOT / "build/dev/tests/kafka/millrace_kafka_brokers"
SECONDS_MAX = 60


class Brokers:
    """Three of them; they live as long as this does."""

    def __init__(self, folder):
        self.log = (folder / "brokers.log").open("ab")
        self.process = subprocess.Popen([str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=os.environ)
        self.rest = b""
        self.servers = self._line()

    def _line(self):
        while b"\n" not in self.rest:
            readable, _, _ = select.select([self.process.stdout], [], [], SECONDS_MAX)
            assert readable, "the brokers say nothing"
            got = os.read(self.process.stdout.fileno(), 1 << 20)
            assert got, f"the brokers have ended: {self.process.poll()}"
            self.rest += got
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode()

    def _say(self, *words):
        self.process.stdin.write((" ".join(map(str, words)) + "\n").encode())
        self.process.stdin.flush()

    def tell(self, *words):
        self._say(*words)
        assert self._line() == "done"

    def messages(self, topic, partitions=1):
        """By partition, in order."""
        self._say("read", topic, partitions)
        found = [[] for _ in range(partitions)]
        while (line := self._line()) != "end":
            assert line.startswith("{"), line
            message = json.loads(line)
            found[message["partition"]].append(message)
        return found

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
