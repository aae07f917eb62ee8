-- verify: whether records stand in exactly the indexes that their fields say, and what they count as.
-- ARGV: prefix, mend, ref...   Answers { places that were missing, counted fields (flow|source|stage|condition) }.
-- With mend what is missing is written: the record is right. Safe to run twice.
local mend = ARGV[2] == '1'
local DUE = { due = true, parked = true, pending = true, unknown = true }
local missing, counted = {}, {}

local function need(key, score, item)
  if redis.call('ZSCORE', key, item) then return end
  missing[#missing + 1] = string.sub(key, #P + 1) .. ' ' .. item
  if mend then redis.call('ZADD', key, score, item) end
end

for i = 3, #ARGV do
  local ref = ARGV[i]
  local flow, source = split_ref(ref)
  local flat = redis.call('HGETALL', P .. 'd:' .. ref)
  local f = {}
  for n = 1, #flat, 2 do f[flat[n]] = flat[n + 1] end
  for name, co in pairs(f) do
    local sfx = name == 'co' and '' or string.match(name, '^co(@.*)$')
    if sfx and co ~= '' and co ~= 'done' and co ~= 'discarded' then
      local item, lane, due = ref .. sfx, f['ln' .. sfx] or '', f['du' .. sfx] or ''
      local since = f['si' .. sfx] or int(now)
      if co == 'in_hand' or co == 'sending' then
        need(P .. 'hand:' .. lane, int(now), item) -- its lease was only in the index: it is over
      elseif DUE[co] and (due ~= '' or co ~= 'unknown') then
        need(P .. 'due:' .. lane, due ~= '' and due or int(now), item)
      end
      if (DUE[co] and due ~= '') and redis.call('SISMEMBER', P .. 'lanes', lane) == 0 then
        missing[#missing + 1] = 'lanes ' .. lane
        if mend then redis.call('SADD', P .. 'lanes', lane) end
      end
      if LISTED[co] then
        need(P .. 'c:' .. co .. ':' .. flow .. ':' .. source, since, item)
        if f.dl and f.dl ~= '' then need(P .. 'deadlines', f.dl, item) end
      end
      local cause = f['cf' .. sfx] or ''
      if cause ~= '' then
        need(P .. 'cause:' .. cause, since, item)
        local fault = f['er' .. sfx] or ''
        if fault ~= '' and redis.call('HEXISTS', P .. 'causes', cause) == 0 then
          missing[#missing + 1] = 'causes ' .. cause
          if mend then redis.call('HSET', P .. 'causes', cause, fault) end
        end
      end
      counted[#counted + 1] = flow .. '|' .. source .. '|' .. (f['st' .. sfx] or '') .. '|' .. co
    end
  end
end
return { missing, counted }
