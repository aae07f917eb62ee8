-- act: an operator's act on one position, with its audit line, if its condition allows.
-- ARGV: prefix, hint_ms, ref, suffix, act, allowed conditions (csv), timeline line, header (JSON), line body, overrides
--   header: st, ln where to begin again; er, cf, ct the fault of a hold; f finished line; al acknowledge lane; rc
-- Answers {'no', condition} where it is not allowed.
local hint_ms, ref, sfx, act = tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
local e = cjson.decode(ARGV[8])
local key = P .. 'd:' .. ref
local p = position(ref, sfx)
if p.st == '' then return { 'none' } end
if not string.find(',' .. ARGV[6] .. ',', ',' .. p.co .. ',', 1, true) or p.co == '' then return { 'no', p.co } end
local function line_of() return { fk = e.f.fk, fttl = e.f.fttl, id = e.f.id, line = ARGV[9], keep = e.f.keep } end

if act == 'edit' then
  redis.call('HSET', key, 'ovr', ARGV[10], 'upd', int(now))
elseif act == 'restart' then
  redis.call('HDEL', key, 'hop')
  restart(ref, e.st, e.ln)
elseif act == 'again' then -- due now, in its own stage; a mark stays, so an unknown one is looked up first
  local to = (p.co == 'unknown' or p.co == 'pending') and p.co or 'due'
  redis.call('HDEL', key, 'hop')
  leave(ref, sfx, p)
  enter(ref, sfx, p, p.st, to, p.ln, now, { 'at', '0', 'er', '', 'lo', '0' })
elseif act == 'hold' then
  leave(ref, sfx, p)
  redis.call('HSET', key, 'hop', '1')
  enter(ref, sfx, p, p.st, 'held', p.ln, nil, { 'er', e.er }, { f = e.cf, t = e.ct })
elseif act == 'absent' then
  leave(ref, sfx, p)
  enter(ref, sfx, p, p.st, 'due', p.ln, now, { 'mb', '', 'un', '', 'er', '', 'at', '0' })
elseif act == 'found' or act == 'discard' then
  local condition = act == 'found' and 'done' or 'discarded'
  leave(ref, sfx, p)
  if sfx == '' then
    if act == 'found' then -- our accept is in: the order comes again, released
      enter(ref, sfx, p, p.st, 'waiting', p.ln, nil, { 'mb', '', 'un', '', 'er', '', 'wf', 'released' })
    else
      for _, target in ipairs(targets_of(ref)) do
        local t = '@' .. target
        local d = position(ref, t)
        if d.co ~= 'done' then
          leave(ref, t, d)
          redis.call('HSET', key, 'co' .. t, 'discarded', 'st' .. t, 'done')
        end
      end
      p.co = ''
      redis.call('HSET', key, 'co', '')
      finish(ref, 'discarded', line_of())
    end
  else
    redis.call('HSET', key, 'co' .. sfx, condition, 'st' .. sfx, 'done', 'to' .. sfx, '', 'er' .. sfx, '',
      'cf' .. sfx, '', 'un' .. sfx, '', 'si' .. sfx, int(now), 'upd', int(now))
    if act == 'found' then redis.call('HSET', key, 'rc' .. sfx, e.rc, 'mb' .. sfx, '1') end
    after_delivery(ref, e.al, line_of)
  end
end
note(ref, ARGV[7])
if act ~= 'edit' then apply_next(ref) end
return { 'done', close(hint_ms) }
