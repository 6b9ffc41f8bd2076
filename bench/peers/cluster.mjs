// A process for each core, as Node serves in production. Every script here is given a port and the address of a database.
import cluster from "node:cluster";
import { availableParallelism } from "node:os";

export const [port, uri] = process.argv.slice(2);

/** Connections of one process to the database; more of them than cores, since a commit waits for the disk. */
export const poolSize = 10;

/** Runs `serve` in each process; a line is printed when all of them listen, and the end of one is the end of all. */
export const onEveryCore = async (serve) => {
  if (!cluster.isPrimary) return serve();
  let waiting = availableParallelism();
  cluster.on("listening", () => {
    waiting -= 1;
    if (waiting === 0) console.log("listening");
  });
  cluster.on("exit", () => process.exit(1));
  for (let count = waiting; count > 0; count -= 1) cluster.fork();
};
