import {
  banKey,
  type Ban,
  type BanAnswer,
  type BanKind,
  type BanList,
  type BanRef,
  type BanTable,
  MAX_BAN_MS,
  MAX_BAN_SUBJECT_CHARS,
  MAX_BANS,
  type UnbanAnswer,
} from '@parley/core';

import type { Keys } from './keys.ts';
import type { Reply, Scripts } from './scripts.ts';

export function redisBans(scripts: Scripts, keys: Keys): BanTable {
  const both = [keys.bans, keys.nodes];
  return {
    async ban(who, forMs): Promise<BanAnswer> {
      if (who.subject.length > MAX_BAN_SUBJECT_CHARS) return { outcome: 'too-long' };
      const args = [banKey(who), Math.min(forMs, MAX_BAN_MS), MAX_BANS];
      const reply = await scripts.run('ban', both, args);
      return reply[0] === 'full' ? { outcome: 'full' } : { outcome: 'banned', ...banList(reply) };
    },
    async unban(who) {
      const reply = await scripts.run('unban', both, [banKey(who)]);
      return { outcome: reply[0] as UnbanAnswer['outcome'], ...banList(reply) };
    },
    async list() {
      return banList(await scripts.run('bans', both, []));
    },
  };
}

/** What {@link banKey} wrote. */
function refOf(name: string): BanRef {
  const end = name.indexOf('/');
  return { kind: name.slice(0, end) as BanKind, subject: name.slice(end + 1) };
}

/** See `bans_reply` of `scripts/shared/bans.lua`. */
function banList([, version, ...words]: Reply): BanList {
  const bans: Ban[] = [];
  for (let at = 0; at < words.length; at += 2)
    bans.push({ ...refOf(String(words[at])), leftMs: Number(words[at + 1]) });
  return { version: Number(version), bans };
}
