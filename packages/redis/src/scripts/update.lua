#!lua
-- A peer says something else about itself.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 peer, 3 fence, 4 meta (JSON, or empty)
-- Returns  'absent' when the seat of this fence is not there, else the room with 'changed' (and its old tag if it is not)
--
--- include shared/clock
--- include shared/hash
--- include shared/room
local new_tag, peer, fence, meta = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local room = read_room(KEYS[1], {}, new_tag)
local seat = room.seats[peer]
if not seat or seat.fence ~= fence then
  return { 'absent' }
end
local from = room.tag
local rest = string.match(seat.rest, '^%S+ %S+ %S* ') .. meta
if rest ~= seat.rest then
  seat.rest = rest
  put_seat(room, peer, seat)
  room.tag = new_tag
end
commit_room(room)
return room_reply('changed', from, room)
