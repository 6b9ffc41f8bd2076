// Runs a program that answers a line of JSON for each line of JSON.
import { spawnSync } from 'node:child_process';

/** The lines that the program answers to these lines. */
export function answersTo(program, lines) {
  const run = spawnSync(program, { input: lines.map((line) => `${line}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 30 });
  if (run.status !== 0) throw new Error(`${program} ended with ${run.status ?? run.signal}: ${run.stderr}`);
  return run.stdout.split('\n').slice(0, -1);
}
