#!lua
-- A peer takes a seat in a room, or has that of its earlier session; the room is made if need be.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 not after (ms), 3 node, 4 peer, 5 fence, 6 session, instance, user and meta as one line,
--          7 life in ms, 8 may-create | must-exist | must-be-new; for a room that is made now: 9 capacity, 10 how long a
--          code is good in ms (empty: not a code), 11 door (JSON list, or empty); then the reading (see read_reading)
-- Returns  'late' | 'superseded' | 'taken' | 'absent' | 'not-at-the-door' | 'full', or the room with 'joined'
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/room
local new_tag, not_after_ms, node, peer, fence, rest = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local life_ms, mode, capacity, code_life_ms, door = tonumber(ARGV[7]), ARGV[8], ARGV[9], ARGV[10], ARGV[11]

if now_ms > not_after_ms then
  return { 'late' }
end

local room = read_room(KEYS[1], new_tag, read_reading(12))
local from = room.tag
local seat = room.seats[peer]

local function admits()
  if room.door == '' then
    return true
  end
  for _, name in ipairs(cjson.decode(room.door)) do
    if name == peer then
      return true
    end
  end
  return false
end

if seat and seat.fence > fence then
  return { 'superseded' }
end
if seat and seat.fence == fence then
  seat.until_ms = now_ms + life_ms
  change_seat(room, peer, { node = node, away = '0' }, new_tag)
  commit_room(room)
  return room_reply('joined', from, room)
end

if room.exists and mode == 'must-be-new' then
  return { 'taken' }
end
if not room.exists and mode == 'must-exist' then
  return { 'absent' }
end

local claim, former = read_claim(rest), seat and read_claim(seat.rest)
if former and former.instance == claim.instance then
  former.session = claim.session
  if claim.meta ~= '' then
    former.meta = claim.meta
  end
  seat.until_ms = now_ms + life_ms
  change_seat(room, peer, { fence = fence, node = node, away = '0', rest = claim_words(former) }, new_tag)
  commit_room(room)
  return room_reply('joined', from, room)
end

if not room.exists then
  room.epoch = digits(now_us) .. '.' .. new_tag
  room.capacity = tonumber(capacity)
  room.code = code_life_ms == '' and '0' or '1'
  room.good_ms = code_life_ms == '' and 0 or now_ms + tonumber(code_life_ms)
  room.last_us = 0
  room.door = door
end
if not admits() then
  return { 'not-at-the-door' }
end
if not seat and room.count >= room.capacity then
  -- What was found stays found: the windows of those who were seen to be away have begun.
  if room.tag ~= room.tag_found then
    commit_room(room)
  end
  return { 'full' }
end

-- Never twice the same in a room, also when two join within a microsecond.
local joined_us = math.max(now_us, room.last_us + 1)
put_seat(room, peer, {
  until_ms = now_ms + life_ms, joined_us = joined_us, away = '0', fence = fence, node = node, rest = rest,
})
room.tag = new_tag
commit_room(room)
return room_reply('joined', from, room)
