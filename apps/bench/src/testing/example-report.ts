import type { Report } from '../report/report.ts';

const busy = { servers: 0.99, redis: undefined };

/** A report as tests of its pictures want one: two entrants, a target that was missed. */
export const exampleReport: Report = {
  startedAt: '2026-01-02T03:04:05.000Z',
  isQuick: false,
  seed: 1,
  machine: {
    processor: 'A processor',
    cores: 2,
    memoryGb: 24,
    system: 'linux',
    loadBefore: 0,
    pinning: 'none',
    versions: { node: '20' },
  },
  failures: [],
  scenarios: [
    {
      name: 'relay',
      title: 'A & B',
      rounds: 3,
      figures: [
        {
          name: 'perSecond',
          title: 'signals relayed',
          unit: '/s',
          better: 'more',
          rows: [
            {
              name: 'bare',
              median: 110_000,
              values: [110_000, 108_000, 112_000],
              busy: { ...busy, load: 0.95 },
            },
            { name: 'Parley', median: 55_000, values: [55_000], busy: { ...busy, load: 0.5 } },
          ],
        },
      ],
      verdicts: [{ text: 'signals relayed: at least 0.75 x bare', reached: 0.5, isMet: false }],
    },
  ],
};
