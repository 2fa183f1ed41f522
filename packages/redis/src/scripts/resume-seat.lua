#!lua flags=allow-oom
-- A session continues an earlier one of the same instance, and has its seat from now on, be its peer away or here.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 node, 3 peer, 4 fence, 5 session, 6 instance, 7 life in ms; then the reading (see read_reading)
-- Returns  'absent' when there is no such seat, else the room with 'changed' (and its old tag if it is not)
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/room
local new_tag, node, peer, fence, session = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local instance, life_ms = ARGV[6], tonumber(ARGV[7])

local room = read_room(KEYS[1], new_tag, read_reading(8))
local seat = room.seats[peer]
local claim = seat and seat.fence <= fence and read_claim(seat.rest)
if not claim or claim.instance ~= instance then
  return { 'absent' }
end
local from = room.tag
claim.session = session
seat.until_ms = now_ms + life_ms
change_seat(room, peer, { fence = fence, node = node, away = '0', rest = claim_words(claim) }, new_tag)
commit_room(room)
return room_reply('changed', from, room)
