#!lua flags=allow-oom
-- A claim came to nothing. If it stands all the same, its peer is away from now on; the rest of it stays as it is.
--
-- KEYS[1]  peer
-- ARGV     1 fence, 2 how long it may be away in ms
-- Returns  1 if it is away because of this, else 0
--
--- include shared/clock
--- include shared/hash
local record = read_hash(KEYS[1])
if record.fence ~= ARGV[1] or not record.session or record.away ~= '0' then
  return { 0 }
end
redis.call('HSET', KEYS[1], 'away', digits(now_ms + tonumber(ARGV[2])))
return { 1 }
