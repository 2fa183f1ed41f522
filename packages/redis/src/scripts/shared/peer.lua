-- The record of a peer and its mail, which end together. Needs clock, hash.
-- A tombstone is no life, and so has no session.
local function is_superseded(record, fence)
  return record.fence and (record.fence > fence or (record.fence == fence and not record.session))
end

local function keep_peer(peer_key, mail_key, record, life_ms)
  local until_ms = digits(now_ms + life_ms)
  redis.call('HSET', peer_key, 'v', 1, 'fence', record.fence, 'node', record.node, 'session', record.session,
    'instance', record.instance, 'user', record.user, 'rooms', record.rooms, 'proven', record.proven,
    'offered', record.offered, 'handed', record.handed, 'away', record.away, 'until', until_ms, 'bye', 0)
  redis.call('PEXPIREAT', peer_key, until_ms)
  redis.call('PEXPIREAT', mail_key, until_ms)
end

-- What a node says of a peer of its own, its life in ms and the record that is there; or nothing if what it says is superseded. The
-- mail, which no node knows, stays if it is the same life.
-- ARGV     1 node, 2 session, 3 fence, 4 user (perhaps empty), 5 life in ms, 6 instance, 7 hash of the secret proven, 8 of the one
--          offered, 9 rooms, divided by spaces
local function read_statement(peer_key, mail_key)
  local record = read_hash(peer_key)
  local said = {
    node = ARGV[1], session = ARGV[2], fence = ARGV[3], user = ARGV[4], instance = ARGV[6], proven = ARGV[7], offered = ARGV[8],
    rooms = ARGV[9], handed = 0, away = '0',
  }
  if is_superseded(record, said.fence) then
    return nil
  end
  if record.instance ~= said.instance then
    redis.call('DEL', mail_key)
  elseif record.fence == said.fence then
    said.handed = record.handed
  end
  return said, tonumber(ARGV[5]), record
end
