-- strays: entries of one index whose record does not say that they stand there.
-- ARGV: prefix, mend, index (without prefix), item...   Answers the strays; with mend they are removed.
local mend, index = ARGV[2] == '1', ARGV[3]
local kind, rest = string.match(index, '^([^:]*):?(.*)$')
local DUE = { due = true, parked = true, pending = true, unknown = true }
local strays = {}

local function split(item)
  if kind == 'due' or kind == 'hand' then return split_item(item, rest) end
  if redis.call('EXISTS', P .. 'd:' .. item) == 1 then return item, '' end
  local ref, target = string.match(item, '^(.*)(@[^@]*)$') -- no account's name holds an @
  return ref or item, target or ''
end

for i = 4, #ARGV do
  local item = ARGV[i]
  local ref, sfx = split(item)
  local p = position(ref, sfx)
  local stays
  if kind == 'due' then stays = DUE[p.co] and p.ln == rest
  elseif kind == 'hand' then stays = (p.co == 'in_hand' or p.co == 'sending') and p.ln == rest
  elseif kind == 'cause' then stays = p.cf == rest
  elseif kind == 'deadlines' then stays = LISTED[p.co]
  else
    local flow, source = split_ref(ref)
    stays = LISTED[p.co] and rest == p.co .. ':' .. flow .. ':' .. source
  end
  if not stays then
    strays[#strays + 1] = item
    if mend then redis.call('ZREM', P .. index, item) end
  end
end
return strays
