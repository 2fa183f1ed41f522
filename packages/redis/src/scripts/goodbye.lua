#!lua flags=allow-oom
-- A node ends in an orderly way. It stays in the table as gone, so that nobody takes it for lost.
--
-- KEYS[1]  nodes
-- ARGV     1 node
-- Returns  1 if it was there, else 0
--
--- include shared/clock
local field = 'row:' .. ARGV[1]
local line = redis.call('HGET', KEYS[1], field)
local json = line and string.match(line, '^1 alive %d+ (.*)$')
if not json then
  return { 0 }
end
-- The TTL needs no change: its end was further away than this one.
redis.call('HSET', KEYS[1], field, '1 gone ' .. digits(now_ms) .. ' ' .. json)
return { 1 }
