#!lua
-- A peer says something else about itself.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 peer, 3 fence, 4 meta (JSON, or empty)
-- Returns  'absent' when that seat is not there, else the room with 'changed' (and its old tag if it is not)
--
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/room
local new_tag, peer, fence, meta = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local room = read_room(KEYS[1], new_tag)
local seat = meant_seat(room, peer, fence)
if not seat then
  return { 'absent' }
end
local from, claim = room.tag, read_claim(seat.rest)
claim.meta = meta
change_seat(room, peer, { rest = claim_words(claim) }, new_tag)
commit_room(room)
return room_reply('changed', from, room)
