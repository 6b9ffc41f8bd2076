// Runs graphql-http's audits against each URL named: prints what failed and the counts as JSON; exit code 1 when one did.
import { auditServer } from 'graphql-http';

let failed = 0;
for (const url of process.argv.slice(2)) {
  const results = await auditServer({ url });
  const counts = { url, MUST: 0, SHOULD: 0, MAY: 0, failed: 0 };
  for (const { id, name, status, reason } of results) {
    if (status === 'ok') {
      counts[name.split(' ')[0]] += 1;
    } else {
      counts.failed += 1;
      console.error(`${url}: ${id} ${name}: ${reason}`);
    }
  }
  failed += counts.failed;
  console.log(JSON.stringify(counts));
}
process.exit(failed > 0 ? 1 : 0);
