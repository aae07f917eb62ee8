-- reserve: one call out of a token bucket (GCRA: the stored value is the theoretical arrival time in ms, and the ms per
-- call that it was reckoned with).
-- ARGV: prefix, account:endpoint, ms per call, burst. Answers 0 (taken) or the ms until one would be free.
local key = P .. 'rate:' .. ARGV[2]
local none = redis.call('PTTL', key .. ':none') -- the partner said that no call is left
if none > 0 then return int(none) end
local burst = tonumber(ARGV[4])
local every = tonumber(redis.call('GET', key .. ':every')) or tonumber(ARGV[3]) -- what the partner told goes before
local arrival, reckoned = string.match(redis.call('GET', key) or '', '^([%d.]+) ([%d.]+)$')
arrival = math.max(tonumber(arrival) or now, now)
if reckoned and tonumber(reckoned) ~= every then -- so many calls are owed, whatever a call takes now
  arrival = now + (arrival - now) / tonumber(reckoned) * every
end
local wait = arrival - (burst - 1) * every - now
if wait > 0 then return int(math.ceil(wait)) end
redis.call('SET', key, string.format('%.3f %.3f', arrival + every, every), 'PX', int(math.ceil(burst * every) + 60000))
return '0'
