#!lua flags=allow-oom
-- A session gives its peer up, and its mail. A tombstone stays, so that a claim of its own that comes late is refused.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 fence
-- Returns  1 if the peer is given up, 0 if a later claim stands
--
--- include shared/clock
--- include shared/hash
local TOMBSTONE_MS = 60000

local key, fence = KEYS[1], ARGV[1]
local record = read_hash(key)
if record.fence and record.fence > fence then
  return { 0 }
end
local until_ms = digits(now_ms + TOMBSTONE_MS)
redis.call('DEL', key, KEYS[2])
redis.call('HSET', key, 'v', 1, 'fence', fence, 'until', until_ms, 'away', 0, 'bye', 1)
redis.call('PEXPIREAT', key, until_ms)
return { 1 }
