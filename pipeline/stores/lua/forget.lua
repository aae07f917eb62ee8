-- forget: erases what a finished record holds of a person: bodies, error texts, operators' reasons.
-- ARGV: prefix, ref, timeline line.   Answers 'none', 'done', or the condition in which it still goes on.
-- Its fingerprints, times, receipts and who did what stay: the same version is still known, and not sent again.
local ref = ARGV[2]
local key = P .. 'd:' .. ref
local st = redis.call('HGET', key, 'st')
if not st then return 'none' end
if st ~= 'done' then
  for _, sfx in ipairs({ '', unpack(targets_of(ref)) }) do
    local co = redis.call('HGET', key, 'co' .. (sfx == '' and '' or '@' .. sfx)) or ''
    if co ~= '' and co ~= 'done' and co ~= 'discarded' then return co end
  end
  return st
end
redis.call('HDEL', key, 'raw', 'doc', 'ovr', 'nraw', 'nfp', 'nver', 'nst', 'nln', 'nfa', 'ndl', 'nocc')
for _, name in ipairs(redis.call('HKEYS', key)) do
  if name == 'er' or string.sub(name, 1, 3) == 'er@' then redis.call('HSET', key, name, '') end
end
redis.call('HSET', key, 'upd', int(now))
local timeline = P .. 't:' .. ref
local life = redis.call('PTTL', timeline)
local lines = redis.call('LRANGE', timeline, 0, -1)
redis.call('DEL', timeline)
for _, stored in ipairs(lines) do
  local at, text = string.match(stored, '^(%d+) (.*)$')
  local line = cjson.decode(text)
  line.reason, line.why = nil, nil
  redis.call('RPUSH', timeline, at .. ' ' .. cjson.encode(line))
end
note(ref, ARGV[3])
redis.call('PEXPIRE', timeline, math.max(life, 1))
return 'done'
