"""What Redis does in one step, in Lua.

A session has a hash `head` (life, version, first, stood_at, and of its journal: chapter, last, added, bytes, entries,
exchanges, evicted_last), a list of events of which the oldest are forgotten up to `first`, the latest standing, and a
list of journal entries.  A life is drawn when a session begins and never again: whoever holds another one speaks of a
session that was forgotten.

Of all sessions together there are `names`, with the moment of their last use; `room`, the bytes that may be added until
they have to be counted again; and what the journals of forgotten ones had, as "entries exchanges last": `forgotten` by
name and `order` for the latest, a Bloom filter `older` and the highest numbers `oldest` for all before.
"""

from typing import Final

# Where the bits of a name are: six times 24 of its digest.
_PLACES: Final = """
local function places(name)
  local digest, found = redis.sha1hex(name), {}
  for index = 1, 6 do found[index] = tonumber(string.sub(digest, index * 6 - 5, index * 6), 16) end
  return found
end
"""

# KEYS head, events, journal, lives, names, room, forgotten, order, older, oldest
# ARGV life, expected, mark, begins, channel, writer, session, now, event...
APPEND: Final = (
    _PLACES
    + """
local function gone(name)
  local told = redis.call('HGET', KEYS[7], name)
  if told then
    redis.call('HDEL', KEYS[7], name)
    redis.call('ZREM', KEYS[8], name)
    return told
  end
  if redis.call('EXISTS', KEYS[9]) == 0 then return nil end
  for _, place in ipairs(places(name)) do
    if redis.call('GETBIT', KEYS[9], place) == 0 then return nil end
  end
  return redis.call('GET', KEYS[10])
end
local found = redis.call('HMGET', KEYS[1], 'life', 'version', 'first')
local life, version, first = found[1] or '', tonumber(found[2] or 0), tonumber(found[3] or 0)
local expected, added, is_born = tonumber(ARGV[2]), #ARGV - 8, false
if life ~= ARGV[1] or version ~= expected then
  local there = redis.call('LINDEX', KEYS[2], expected - first)
  if expected >= first and there and string.sub(there, 1, #ARGV[3]) == ARGV[3] then
    return {1, life, expected + added, 1}
  end
  return {0, life, version, 1}
end
if life == '' then
  life = tostring(redis.call('INCR', KEYS[4]))
  redis.call('HSET', KEYS[1], 'life', life, 'first', 0)
  redis.call('ZADD', KEYS[5], 'NX', ARGV[8], ARGV[7])
  is_born = true
end
local size = 0
for index = 9, #ARGV do
  redis.call('RPUSH', KEYS[2], ARGV[index])
  size = size + #ARGV[index]
end
redis.call('HINCRBY', KEYS[1], 'version', added)
if ARGV[4] == '1' then
  redis.call('DEL', KEYS[3])
  redis.call('HDEL', KEYS[1], 'last', 'added', 'bytes', 'entries', 'exchanges', 'evicted_last')
  redis.call('HINCRBY', KEYS[1], 'chapter', 1)
end
local told = is_born and gone(ARGV[7])
if told then
  local entries, exchanges, last = string.match(told, '^(%d+) (%d+) (%d+)$')
  redis.call('HSET', KEYS[1], 'entries', entries, 'exchanges', exchanges)
  redis.call('HSET', KEYS[1], 'last', last, 'added', last, 'evicted_last', last)
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return {1, life, version + added, redis.call('DECRBY', KEYS[6], size)}
"""
)

# KEYS head, events   ARGV life, after
READ: Final = """
local found = redis.call('HMGET', KEYS[1], 'life', 'version', 'first')
local life, version, first = found[1] or '', tonumber(found[2] or 0), tonumber(found[3] or 0)
local after = tonumber(ARGV[2])
if (ARGV[1] ~= '' and life ~= ARGV[1]) or after >= version or after < first then
  return {life, version, first}
end
local said = redis.call('LRANGE', KEYS[2], after - first, -1)
table.insert(said, 1, first)
table.insert(said, 1, version)
table.insert(said, 1, life)
return said
"""

# KEYS head, events, standing   ARGV life, version, standing, tail
KEEP: Final = """
local found = redis.call('HMGET', KEYS[1], 'life', 'version', 'first', 'stood_at')
local at, first = tonumber(ARGV[2]), tonumber(found[3] or 0)
if found[1] ~= ARGV[1] or tonumber(found[4] or 0) >= at then return 0 end
redis.call('SET', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[1], 'stood_at', at)
local kept = math.min(at, tonumber(found[2]) - tonumber(ARGV[4]))
if kept > first then
  redis.call('LTRIM', KEYS[2], kept - first, -1)
  redis.call('HSET', KEYS[1], 'first', kept)
end
return 1
"""

# KEYS head, events, standing, journal, waiting, names   ARGV session, channel, writer
FORGET: Final = """
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
"""

# What FORGET does, unless somebody was quicker or the session was used since; 1 if it was done.
# KEYS as FORGET, notes, forgotten, order, older, oldest
# ARGV as FORGET, not used since, note, how many notes, how many forgotten by name
EVICT: Final = (
    _PLACES
    + """
local used = redis.call('ZSCORE', KEYS[6], ARGV[1])
if used and tonumber(used) > tonumber(ARGV[4]) then return 0 end
redis.call('ZREM', KEYS[6], ARGV[1])
local found = redis.call('HMGET', KEYS[1], 'life', 'last', 'added', 'entries', 'exchanges')
if not found[1] then return 0 end
for index = 2, 5 do found[index] = tonumber(found[index] or 0) end
local entries, exchanges = found[4] + found[2] - found[3], found[5] + found[2] - found[3]
for _, entry in ipairs(redis.call('LRANGE', KEYS[4], 0, -1)) do
  entries = entries + 1
  exchanges = exchanges + tonumber(string.match(entry, '^%d+ (%d)'))
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('LPUSH', KEYS[7], ARGV[5])
redis.call('LTRIM', KEYS[7], 0, ARGV[6] - 1)
redis.call('PUBLISH', ARGV[2], ARGV[3])
if found[2] == 0 then return 1 end
redis.call('HSET', KEYS[8], ARGV[1], string.format('%d %d %d', entries, exchanges, found[2]))
redis.call('ZADD', KEYS[9], ARGV[4], ARGV[1])
while redis.call('ZCARD', KEYS[9]) > tonumber(ARGV[7]) do
  local old = redis.call('ZPOPMIN', KEYS[9])[1]
  local told = string.gmatch(redis.call('HGET', KEYS[8], old) .. ' ' .. (redis.call('GET', KEYS[11]) or '0 0 0'), '%d+')
  local one = {tonumber(told()), tonumber(told()), tonumber(told())}
  local all = {tonumber(told()), tonumber(told()), tonumber(told())}
  for index = 1, 3 do all[index] = string.format('%d', math.max(one[index], all[index])) end
  redis.call('SET', KEYS[11], table.concat(all, ' '))
  redis.call('HDEL', KEYS[8], old)
  for _, place in ipairs(places(old)) do redis.call('SETBIT', KEYS[10], place, 1) end
end
return 1
"""
)

# KEYS head, names   ARGV session, at
USED: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('ZADD', KEYS[2], 'GT', ARGV[2], ARGV[1])
"""

# KEYS names   ARGV what the keys of sessions begin with.  Of each: name, bytes of its journal, bytes of the rest.
WEIGHTS: Final = """
local said = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local key, rest = ARGV[1] .. name .. ':', 0
  for _, part in ipairs({'head', 'events', 'standing'}) do
    local size = redis.pcall('MEMORY', 'USAGE', key .. part)
    if type(size) == 'number' then rest = rest + size end
  end
  table.insert(said, {name, redis.call('HGET', key .. 'head', 'bytes') or '0', rest})
end
return said
"""

_SHRINK: Final = """
local function shrink(head, entries, limit)
  local bytes = tonumber(redis.call('HGET', head, 'bytes') or 0)
  while bytes > limit do
    local old = redis.call('LPOP', entries)
    if not old then break end
    local its, exchange, number = string.match(old, '^(%d+) (%d) (%d+)')
    bytes = redis.call('HINCRBY', head, 'bytes', -its)
    redis.call('HINCRBY', head, 'entries', 1)
    redis.call('HINCRBY', head, 'exchanges', exchange)
    local last = tonumber(redis.call('HGET', head, 'evicted_last') or 0)
    redis.call('HSET', head, 'evicted_last', math.max(last, tonumber(number)))
  end
  return bytes
end
"""

# KEYS head, journal   ARGV limit, channel, writer.  The bytes that are left.
TRIM: Final = (
    _SHRINK
    + """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local left = shrink(KEYS[1], KEYS[2], tonumber(ARGV[1]))
redis.call('PUBLISH', ARGV[2], ARGV[3])
return left
"""
)

# KEYS head, journal, room
# ARGV life, chapter, limit, channel, writer, tries before, entry: "bytes is-exchange number json"
ADD: Final = (
    _SHRINK
    + """
local found = redis.call('HMGET', KEYS[1], 'life', 'chapter')
if found[1] ~= ARGV[1] or (found[2] or '0') ~= ARGV[2] then return 0 end
if ARGV[6] ~= '0' then
  for _, each in ipairs(redis.call('LRANGE', KEYS[2], -100, -1)) do
    if each == ARGV[7] then return 0 end
  end
end
redis.call('RPUSH', KEYS[2], ARGV[7])
redis.call('HINCRBY', KEYS[1], 'added', 1)
local size = string.match(ARGV[7], '^(%d+)')
redis.call('HINCRBY', KEYS[1], 'bytes', size)
shrink(KEYS[1], KEYS[2], tonumber(ARGV[3]))
redis.call('PUBLISH', ARGV[4], ARGV[5])
return redis.call('DECRBY', KEYS[3], size)
"""
)

# KEYS head, journal   ARGV chapter, seen
NEWS: Final = """
local found = redis.call(
  'HMGET', KEYS[1], 'chapter', 'last', 'added', 'bytes', 'entries', 'exchanges', 'evicted_last')
for index = 1, 7 do found[index] = found[index] or '0' end
local kept, seen = redis.call('LLEN', KEYS[2]), 0
if found[1] == ARGV[1] then seen = tonumber(ARGV[2]) end
local skipped = math.max(0, seen - (tonumber(found[3]) - kept))
local said = redis.call('LRANGE', KEYS[2], skipped, -1)
return {found, kept, said}
"""

# KEYS head, journal   ARGV channel, writer
CLEAR: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[1], 'last', 'added', 'bytes', 'entries', 'exchanges', 'evicted_last')
redis.call('HINCRBY', KEYS[1], 'chapter', 1)
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1
"""

# KEYS head   ARGV life.  The number of the journal's next entry, and its chapter.
NUMBER: Final = """
if redis.call('HGET', KEYS[1], 'life') ~= ARGV[1] then return {0, '0'} end
return {redis.call('HINCRBY', KEYS[1], 'last', 1), redis.call('HGET', KEYS[1], 'chapter') or '0'}
"""

# KEYS waiting, alive   ARGV writer, how many wait there, seconds, channel
WAITS: Final = """
redis.call('SET', KEYS[2], 1, 'EX', ARGV[3])
if ARGV[2] == '0' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
redis.call('PUBLISH', ARGV[4], ARGV[1])
return 1
"""

# KEYS waiting   ARGV writer, what the keys of those who live begin with
ELSEWHERE: Final = """
local said, sum = redis.call('HGETALL', KEYS[1]), 0
for index = 1, #said, 2 do
  if said[index] ~= ARGV[1] then
    if redis.call('EXISTS', ARGV[2] .. said[index]) == 1 then
      sum = sum + tonumber(said[index + 1])
    else
      redis.call('HDEL', KEYS[1], said[index])
    end
  end
end
return sum
"""
