#!lua flags=allow-oom
-- A node says what it knows of a peer of its own, which is here. Renews and repairs.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 node, 2 session, 3 fence, 4 user (perhaps empty), 5 life in ms, 6 instance, 7 hash of the secret proven, 8 of the one
--          offered, 9 rooms, divided by spaces; 10 not after (ms)
-- Returns  'late' | 'superseded' | 'asserted' | 'restored' (it was not there) | 'mail-waits' (it was away, and has not been handed all its mail)
--
--- include shared/clock
--- include shared/hash
--- include shared/peer
if now_ms > tonumber(ARGV[10]) then
  return { 'late' }
end
local record = read_hash(KEYS[1])
local said, life_ms = read_statement(record, KEYS[2])
if not said then
  return { 'superseded' }
end
local is_known = record.fence == said.fence
if is_known and tonumber(record.away) > now_ms and redis.call('LLEN', KEYS[2]) > tonumber(record.handed) then
  return { 'mail-waits' }
end
keep_peer(KEYS[1], KEYS[2], said, life_ms)
return { is_known and 'asserted' or 'restored' }
