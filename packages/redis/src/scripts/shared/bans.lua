-- The bans, and their version in the membership table, where each beat reads it. Needs clock, hash.
-- How long the version stays when no node beats: as long as the last row of the table.
local KEEP_MS = 180000

-- Who is banned until when (`bans`: by kind/subject), how many there are, and the version of it all.
local function read_bans(bans_key, nodes_key)
  local list = { key = bans_key, nodes_key = nodes_key, bans = {}, count = 0 }
  for field, line in pairs(read_hash(bans_key)) do
    if string.sub(field, 1, 4) == 'ban:' then
      local who, until_ms = string.sub(field, 5), tonumber(string.sub(line, 3))
      if until_ms > now_ms then
        list.bans[who] = until_ms
        list.count = list.count + 1
      else
        redis.call('HDEL', bans_key, field)
      end
    end
  end
  list.version = tonumber(read_hash(nodes_key).bans or 0)
  return list
end

-- `until_ms` false: no longer banned.
local function change_ban(list, who, until_ms)
  list.bans[who] = until_ms or nil
  if until_ms then
    redis.call('HSET', list.key, 'v', 1, 'ban:' .. who, '1 ' .. digits(until_ms))
  else
    redis.call('HDEL', list.key, 'ban:' .. who)
  end
  local last_until_ms = 0
  for _, each_ms in pairs(list.bans) do
    last_until_ms = math.max(last_until_ms, each_ms)
  end
  -- Of no ban at all it is in the past, and the key is gone.
  redis.call('PEXPIREAT', list.key, digits(last_until_ms))

  -- The time, and not a count: what was forgotten does not come again with another meaning.
  list.version = math.max(now_us, list.version + 1)
  redis.call('HSET', list.nodes_key, 'v', 1, 'bans', digits(list.version))
  -- A table that is there has its TTL from its rows.
  redis.call('PEXPIREAT', list.nodes_key, digits(now_ms + KEEP_MS), 'NX')
end

-- By and by, and not with unpack, which ends at some thousands.
local function bans_reply(outcome, list)
  local reply, last = { outcome, list.version }, 2
  for who, until_ms in pairs(list.bans) do
    reply[last + 1], reply[last + 2] = who, until_ms - now_ms
    last = last + 2
  end
  return reply
end
