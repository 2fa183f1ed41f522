-- A room as a table. Seats that have lapsed are gone from it; to a reading (see read_reading), so are those that were away for too
-- long, and those at nodes that are lost are away. That is a change of its own, with a tag of its own, which no node knows; so
-- whoever hears of the next change reads again, and does not only add that to what it knew. What changes is noted here and
-- written by commit_room: a refusal writes nothing. Needs clock, hash, window.
local function read_room(key, new_tag, reading)
  local fields = read_hash(key)
  local room = {
    key = key,
    tag_found = fields.tag or '',
    tag = fields.tag or '',
    epoch = fields.epoch,
    capacity = tonumber(fields.capacity),
    code = fields.code or '0',
    good_ms = tonumber(fields.good or 0),
    last_us = tonumber(fields.lastUs or 0),
    door = fields.door or '',
    seats = {},
    count = 0,
    gone = {},
    dirty = {},
  }
  for name, line in pairs(fields) do
    if string.sub(name, 1, 5) == 'seat:' then
      local peer = string.sub(name, 6)
      local until_ms, joined_us, away, fence, node, rest = string.match(line, '^1 (%d+) (%d+) (%d+) (%S+) (%S+) (.*)$')
      if reading and away == '0' and is_lost(node, tonumber(until_ms), reading) then
        away = digits(now_ms + reading.away_ms)
        room.dirty[peer] = true
      end
      if tonumber(until_ms) <= now_ms or (reading and is_over(away, reading)) then
        room.dirty[peer] = nil
        room.gone[#room.gone + 1] = name
      else
        room.seats[peer] = {
          until_ms = tonumber(until_ms), joined_us = tonumber(joined_us), away = away, fence = fence, node = node, rest = rest,
        }
        room.count = room.count + 1
      end
    end
  end
  room.exists = room.count > 0 or room.good_ms > now_ms
  if not room.exists then
    room.tag_found, room.tag = '', ''
  elseif #room.gone > 0 or next(room.dirty) then
    room.tag = new_tag .. '~'
  end
  return room
end

local function put_seat(room, peer, seat)
  if not room.seats[peer] then
    room.count = room.count + 1
  end
  room.seats[peer] = seat
  room.dirty[peer] = true
  room.last_us = math.max(room.last_us, seat.joined_us)
end

local function drop_seat(room, peer)
  room.seats[peer] = nil
  room.dirty[peer] = nil
  room.count = room.count - 1
  room.gone[#room.gone + 1] = 'seat:' .. peer
end

-- A seat that is there, as it is from now on; with another tag if that is different.
local function change_seat(room, peer, changes, new_tag)
  local seat = room.seats[peer]
  for field, value in pairs(changes) do
    if seat[field] ~= value then
      seat[field] = value
      room.tag = new_tag
    end
  end
  put_seat(room, peer, seat)
end

-- The seat of this fence; or, if `earlier` is 1, the seat of an earlier one, and then not of this one.
local function meant_seat(room, peer, fence, earlier)
  local seat = room.seats[peer]
  if not seat then
    return nil
  end
  local is_meant = earlier == '1' and seat.fence < fence or earlier ~= '1' and seat.fence == fence
  return is_meant and seat or nil
end

-- The words of a claim.
local function read_claim(rest)
  local session, instance, user, meta = string.match(rest, '^(%S+) (%S+) (%S*) (.*)$')
  return { session = session, instance = instance, user = user, meta = meta }
end

local function claim_words(claim)
  return claim.session .. ' ' .. claim.instance .. ' ' .. claim.user .. ' ' .. claim.meta
end

local function seat_line(seat)
  return '1 ' .. digits(seat.until_ms) .. ' ' .. digits(seat.joined_us) .. ' ' .. seat.away .. ' ' .. seat.fence .. ' ' ..
    seat.node .. ' ' .. seat.rest
end

-- Writes the room, or removes it when nobody is left in it.
local function commit_room(room)
  if room.count == 0 and room.good_ms <= now_ms then
    redis.call('DEL', room.key)
    return
  end
  if not room.exists then
    redis.call('DEL', room.key)
  elseif #room.gone > 0 then
    redis.call('HDEL', room.key, unpack(room.gone))
  end
  local last_ms = room.good_ms
  for peer, seat in pairs(room.seats) do
    last_ms = math.max(last_ms, seat.until_ms)
    if room.dirty[peer] then
      redis.call('HSET', room.key, 'seat:' .. peer, seat_line(seat))
    end
  end
  redis.call('HSET', room.key, 'v', 1, 'tag', room.tag, 'epoch', room.epoch, 'capacity', room.capacity, 'code', room.code,
    'good', digits(room.good_ms), 'lastUs', digits(room.last_us), 'door', room.door)
  redis.call('PEXPIREAT', room.key, digits(last_ms))
end

-- outcome, from, tag, epoch, capacity, code, ms a code is still good, door, then peer and line of each seat
local function room_reply(outcome, from, room)
  local left_ms = math.max(0, room.good_ms - now_ms)
  local reply = { outcome, from, room.tag, room.epoch, room.capacity, room.code, left_ms, room.door }
  for peer, seat in pairs(room.seats) do
    reply[#reply + 1] = peer
    reply[#reply + 1] = seat_line(seat)
  end
  return reply
end
