#!lua flags=allow-oom
-- A peer gives its seat up.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 peer, 3 fence
-- Returns  'absent' when the seat of this fence is not there, else the room with 'changed'
--
--- include shared/clock
--- include shared/hash
--- include shared/room
local new_tag, peer, fence = ARGV[1], ARGV[2], ARGV[3]

local room = read_room(KEYS[1], {}, new_tag)
local seat = room.seats[peer]
if not seat or seat.fence ~= fence then
  return { 'absent' }
end
local from = room.tag
drop_seat(room, peer)
room.tag = new_tag
commit_room(room)
return room_reply('changed', from, room)
