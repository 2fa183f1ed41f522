#!lua flags=allow-oom
-- A node says what its seats in a room are, and hears what the room is. Of two epochs the older one is the room.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 not after (ms), 3 node, 4 life in ms; the room as this node knows it: 5 epoch, 6 capacity,
--          7 code (1 or 0), 8 how long the code is still good in ms (or empty), 9 door (JSON list, or empty); 10 peers whose seats stay as
--          they are, divided by spaces; 11 number of its seats, then four for each: peer, fence, joinedAt in us, and session, instance, user and meta as one line; then the reading (see read_reading)
-- Returns  'late', or the room with the refused peers, divided by spaces, in the place of an outcome; with an empty tag if there is
--          none, and none is made of no seats
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/room
local new_tag, not_after_ms, node, life_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local epoch, capacity, code, code_life_ms, door = ARGV[5], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8]), ARGV[9]

if now_ms > not_after_ms then
  return { 'late' }
end

local own, reading_at = read_groups(11, { 'peer', 'fence', 'joined_us', 'rest' })
local is_own = {}
for _, claim in ipairs(own) do
  claim.joined_us = tonumber(claim.joined_us)
  is_own[claim.peer] = true
end
for peer in string.gmatch(ARGV[10], '%S+') do
  is_own[peer] = true
end
-- Where there are not places for all, those who came first have them.
table.sort(own, function(a, b) return a.joined_us < b.joined_us end)

local room = read_room(KEYS[1], new_tag, read_reading(reading_at))
local changed = false

if not room.exists or epoch < room.epoch then
  if not room.exists then
    room.good_ms = 0
    room.last_us = 0
  end
  room.epoch, room.capacity, room.code, room.door = epoch, capacity, code, door
  changed = true
end
if code_life_ms and epoch == room.epoch then
  room.good_ms = math.max(room.good_ms, now_ms + code_life_ms)
end
if not room.exists and #own == 0 then
  -- Of somebody who was told to be gone nothing may be found later, by a reading that has more patience.
  redis.call('DEL', room.key)
  return room_reply('', '', room)
end

for peer, seat in pairs(room.seats) do
  if seat.node == node and seat.away == '0' and not is_own[peer] then
    drop_seat(room, peer)
    changed = true
  end
end

local refused = {}
for _, claim in ipairs(own) do
  local seat = room.seats[claim.peer]
  local stands = seat and seat.fence == claim.fence
  if seat and seat.fence > claim.fence then
    refused[#refused + 1] = claim.peer
  elseif not seat and epoch ~= room.epoch and room.count >= room.capacity then
    refused[#refused + 1] = claim.peer
  else
    local same = stands and seat.away == '0' and seat.rest == claim.rest and seat.joined_us == claim.joined_us
    changed = changed or not same
    put_seat(room, claim.peer, {
      until_ms = now_ms + life_ms,
      joined_us = claim.joined_us,
      away = '0',
      fence = claim.fence,
      node = node,
      rest = claim.rest,
    })
  end
end

if changed then
  room.tag = new_tag
end
commit_room(room)
-- The tag before everything, what was dropped included: nobody is told what changed, so nobody could miss a part of it.
return room_reply(table.concat(refused, ' '), room.tag_found, room)
