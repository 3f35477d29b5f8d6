"""What Redis does in one step, in Lua.

A session has a hash `head` (life, version, first, stood_at, and of its journal: chapter, last, added, bytes, entries,
exchanges, evicted_last), a list of events of which the oldest are forgotten up to `first`, the latest standing, and a
list of journal entries.  A life is drawn when a session begins and never again: whoever holds another one speaks of a
session that was forgotten.
"""

from typing import Final

# KEYS head, events, journal, lives   ARGV life, expected, mark, begins, channel, writer, event...
APPEND: Final = """
local found = redis.call('HMGET', KEYS[1], 'life', 'version', 'first')
local life, version, first = found[1] or '', tonumber(found[2] or 0), tonumber(found[3] or 0)
local expected, added = tonumber(ARGV[2]), #ARGV - 6
if life ~= ARGV[1] or version ~= expected then
  local there = redis.call('LINDEX', KEYS[2], expected - first)
  if expected >= first and there and string.sub(there, 1, #ARGV[3]) == ARGV[3] then
    return {1, life, expected + added}
  end
  return {0, life, version}
end
if life == '' then
  life = tostring(redis.call('INCR', KEYS[4]))
  redis.call('HSET', KEYS[1], 'life', life, 'first', 0)
end
for index = 7, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[index]) end
redis.call('HINCRBY', KEYS[1], 'version', added)
if ARGV[4] == '1' then
  redis.call('DEL', KEYS[3])
  redis.call('HDEL', KEYS[1], 'last', 'added', 'bytes', 'entries', 'exchanges', 'evicted_last')
  redis.call('HINCRBY', KEYS[1], 'chapter', 1)
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return {1, life, version + added}
"""

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

# KEYS head, events, standing, journal, names   ARGV session, channel, writer
FORGET: Final = """
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
"""

# KEYS head, journal   ARGV life, chapter, limit, channel, writer, tries before, entry: "bytes is-exchange number json"
ADD: Final = """
local found = redis.call('HMGET', KEYS[1], 'life', 'chapter')
if found[1] ~= ARGV[1] or (found[2] or '0') ~= ARGV[2] then return 0 end
if ARGV[6] ~= '0' then
  for _, each in ipairs(redis.call('LRANGE', KEYS[2], -100, -1)) do
    if each == ARGV[7] then return 1 end
  end
end
redis.call('RPUSH', KEYS[2], ARGV[7])
redis.call('HINCRBY', KEYS[1], 'added', 1)
local size = string.match(ARGV[7], '^(%d+)')
local bytes = redis.call('HINCRBY', KEYS[1], 'bytes', size)
while bytes > tonumber(ARGV[3]) do
  local old = redis.call('LPOP', KEYS[2])
  if not old then break end
  local its, exchange, number = string.match(old, '^(%d+) (%d) (%d+)')
  bytes = redis.call('HINCRBY', KEYS[1], 'bytes', -its)
  redis.call('HINCRBY', KEYS[1], 'entries', 1)
  redis.call('HINCRBY', KEYS[1], 'exchanges', exchange)
  local last = tonumber(redis.call('HGET', KEYS[1], 'evicted_last') or 0)
  redis.call('HSET', KEYS[1], 'evicted_last', math.max(last, tonumber(number)))
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
"""

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
