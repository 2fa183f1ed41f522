// The process that makes the load: one job, given as JSON on the command line; what it found is printed as one line of JSON.
import type { Found, Job } from './jobs/job.ts';
import { relay } from './jobs/relay.ts';

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
console.log(JSON.stringify({ found: await run(job) }));
process.exit(0);

function run(wanted: Job): Promise<Found> {
  switch (wanted.name) {
    case 'relay':
      return relay(wanted);
  }
}
