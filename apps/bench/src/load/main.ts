// The process that makes the load: one job, given as JSON on the command line; what it found is printed as one line of JSON.
import { connect } from './jobs/connect.ts';
import { hold } from './jobs/hold.ts';
import type { Found, Job } from './jobs/job.ts';
import { pairing } from './jobs/pairing.ts';
import { relay } from './jobs/relay.ts';
import { trip } from './jobs/trip.ts';

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
console.log(JSON.stringify({ found: await run(job) }));
process.exit(0);

function run(wanted: Job): Promise<Found> {
  switch (wanted.name) {
    case 'relay':
      return relay(wanted);
    case 'trip':
      return trip(wanted);
    case 'connect':
      return connect(wanted);
    case 'pairing':
      return pairing(wanted);
    case 'hold':
      return hold(wanted);
  }
}
