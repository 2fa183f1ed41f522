#!lua flags=allow-oom
-- A peer gives its seat up.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 peer, 3 fence, 4 1 if an earlier one is meant
-- Returns  'absent' when that seat is not there, else the room with 'changed'
--
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/room
local new_tag, peer, fence, earlier = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local room = read_room(KEYS[1], new_tag)
if not meant_seat(room, peer, fence, earlier) then
  return { 'absent' }
end
local from = room.tag
drop_seat(room, peer)
room.tag = new_tag
commit_room(room)
return room_reply('changed', from, room)
