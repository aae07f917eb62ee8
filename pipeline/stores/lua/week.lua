-- week: the lane number of one flow and source, and this week's bucket count; opens the week if it is new.
-- ARGV: prefix, flow:source, week, weeks to keep
local meta = P .. 'meta'
local n = redis.call('HGET', meta, 'n:' .. ARGV[2])
if not n then
  n = int(redis.call('HINCRBY', meta, 'numbers', 1))
  redis.call('HSET', meta, 'n:' .. ARGV[2], n)
end
local list, last = {}, nil
for week, buckets in string.gmatch(redis.call('HGET', meta, 'wk:' .. n) or '', '(%d+):(%d+)') do
  if week == ARGV[3] then return { n, buckets } end
  if tonumber(week) > tonumber(ARGV[3]) - tonumber(ARGV[4]) then
    list[#list + 1] = week .. ':' .. buckets
    last = { week, tonumber(buckets) }
  end
end
-- as many buckets as keep last week's count at 128 entries each: a small hash is stored as a listpack
local buckets = 64
if last then
  local entries = 0
  for i = 0, last[2] - 1 do
    entries = entries + redis.call('HLEN', P .. 'f:' .. last[1] .. ':' .. n .. ':' .. int(i))
  end
  while buckets * 128 < entries do buckets = buckets * 2 end
end
list[#list + 1] = ARGV[3] .. ':' .. int(buckets)
redis.call('HSET', meta, 'wk:' .. n, table.concat(list, ','))
return { n, int(buckets) }
