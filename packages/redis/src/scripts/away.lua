#!lua flags=allow-oom
-- A node says what it knows of a peer of its own, which is away from now on, or from when that was said first.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 to 9 what it says (see read_statement), 10 how long it may be away in ms
-- Returns  'superseded' | 'away'
--
--- include shared/clock
--- include shared/hash
--- include shared/peer
local said, life_ms, record = read_statement(KEYS[1], KEYS[2])
if not said then
  return { 'superseded' }
end
local was_said = record.fence == said.fence and record.away ~= '0'
said.away = was_said and record.away or digits(now_ms + tonumber(ARGV[10]))
keep_peer(KEYS[1], KEYS[2], said, life_ms)
return { 'away' }
