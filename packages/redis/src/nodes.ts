import type { BeatAnswer, KnownNode, NodeRow, NodeTable, Random } from '@parley/core';

import type { Keys } from './keys.ts';
import type { Reply, Scripts } from './scripts.ts';

export function redisNodes(
  scripts: Scripts,
  keys: Keys,
  random: Random,
  whenBack: (task: () => void) => void,
): NodeTable {
  return {
    whenBack,
    async beat(row, lifeMs) {
      return beatAnswer(
        await scripts.run('beat', keys.nodes, [row.node, JSON.stringify(row), lifeMs, random.id()]),
      );
    },
    async goodbye(node) {
      await scripts.run('goodbye', keys.nodes, [node]);
    },
  };
}

function beatAnswer([nowMs, table, beats, bansVersion, was, wokeAtMs, ...rows]: Reply): BeatAnswer {
  const nodes: KnownNode[] = [];
  for (let at = 0; at < rows.length; at += 2) {
    const row = JSON.parse(String(rows[at + 1])) as NodeRow;
    nodes.push({ ...row, state: rows[at] as KnownNode['state'] });
  }
  return {
    nowMs: Number(nowMs),
    table: String(table),
    beats: Number(beats),
    bansVersion: Number(bansVersion),
    wokeAtMs: Number(wokeAtMs),
    was: was as BeatAnswer['was'],
    nodes,
  };
}
