#!lua flags=allow-oom
-- A node says what it knows of a peer of its own, which is away from now on, or from when that was said first.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 node, 2 session, 3 fence, 4 user (perhaps empty), 5 life in ms, 6 instance, 7 hash of the secret proven, 8 of the one
--          offered, 9 rooms, divided by spaces; 10 how long it may be away in ms
-- Returns  'superseded' | 'away'
--
--- include shared/clock
--- include shared/hash
--- include shared/peer
local record = read_hash(KEYS[1])
local said, life_ms = read_statement(record, KEYS[2])
if not said then
  return { 'superseded' }
end
local was_said = record.fence == said.fence and record.away ~= '0'
said.away = was_said and record.away or digits(now_ms + tonumber(ARGV[10]))
keep_peer(KEYS[1], KEYS[2], said, life_ms)
return { 'away' }
