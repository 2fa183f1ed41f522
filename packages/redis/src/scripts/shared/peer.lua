-- The record of a peer and its mail, which end together. Needs clock.
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

-- What a node says of a peer of its own (ARGV 1 to 9 of assert-peer and away), or nothing if that is superseded. The mail, which
-- no node knows, stays if it is the same life.
local function read_statement(record, mail_key)
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
  return said, tonumber(ARGV[5])
end
