#!lua flags=allow-oom
-- A session claims to be the one that speaks for a peer: the later fence wins, an equal one renews.
--
-- KEYS[1]  peer
-- ARGV     1 node, 2 session, 3 instance, 4 fence, 5 life in ms
-- Returns  'superseded' | 'claimed' | 'claimed', node and session of who was there before
--
--- include shared/clock
--- include shared/hash
local key, node, session, instance, fence, life_ms = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local record = read_hash(key)
local buried = record.bye == '1'

if record.fence and (record.fence > fence or (buried and record.fence == fence)) then
  return { 'superseded' }
end

local until_ms = digits(now_ms + life_ms)
redis.call('HSET', key, 'v', 1, 'fence', fence, 'node', node, 'session', session, 'instance', instance,
  'until', until_ms, 'away', 0, 'bye', 0)
redis.call('PEXPIREAT', key, until_ms)

if record.session and record.session ~= session then
  return { 'claimed', record.node, record.session }
end
return { 'claimed' }
