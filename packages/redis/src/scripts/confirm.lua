#!lua flags=allow-oom
-- A session was heard: it has its secret, and the mail that it was handed.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 fence
-- Returns  1 if this session speaks for the peer, else 0
--
--- include shared/hash
local record = read_hash(KEYS[1])
if record.fence ~= ARGV[1] or not record.offered then
  return { 0 }
end
redis.call('HSET', KEYS[1], 'proven', record.offered, 'handed', 0)
redis.call('LTRIM', KEYS[2], record.handed, -1)
return { 1 }
