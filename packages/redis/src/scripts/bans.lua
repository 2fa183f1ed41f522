#!lua flags=allow-oom
-- Who is kept out.
--
-- KEYS[1]  bans
-- KEYS[2]  nodes
-- ARGV     none
-- Returns  'listed' and the list (see bans_reply): version, then per ban: kind/subject, how long it lasts in ms
--
--- include shared/clock
--- include shared/hash
--- include shared/bans
return bans_reply('listed', read_bans(KEYS[1], KEYS[2]))
