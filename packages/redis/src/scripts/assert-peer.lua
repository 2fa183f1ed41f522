#!lua flags=allow-oom
-- A node says what it knows of a peer of its own, which is here. Renews and repairs.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 to 9 what it says (see read_statement), 10 not after (ms); then the reading (see read_reading)
-- Returns  'late' | 'superseded' | 'asserted' | 'restored' (it was not there) | 'mail-waits' (it is away, and has not been handed all its mail)
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/peer
if now_ms > tonumber(ARGV[10]) then
  return { 'late' }
end
local said, life_ms, record = read_statement(KEYS[1], KEYS[2])
if not said then
  return { 'superseded' }
end
local is_known = record.fence == said.fence
local is_away = record.session and record.away ~= '0'
if is_away and is_over(record.away, read_reading(11)) then
  redis.call('DEL', KEYS[2])
  said.handed = 0
elseif is_away and is_known and redis.call('LLEN', KEYS[2]) > tonumber(record.handed) then
  return { 'mail-waits' }
end
keep_peer(KEYS[1], KEYS[2], said, life_ms)
return { is_known and 'asserted' or 'restored' }
