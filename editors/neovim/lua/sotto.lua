-- Sotto's suggestions as ghost text, for Neovim 0.10 and newer (0.12 has vim.lsp.inline_completion of its own). Starts the language server, asks
-- it at each change in insert mode, draws one extmark, and takes the text by keys. What is typed as suggested only shortens the ghost text.
local api = vim.api
local ns = api.nvim_create_namespace('sotto')
local shown -- { buf, row, col, items, index }: what is left of the suggestions at a place, in bytes
local pending -- { client, id }: the request that has not been answered
local seen -- the text that was last looked at: its buffer and tick
local options = {
  cmd = { 'sotto', 'language-server', '--stdio' },
  filetypes = { 'c', 'cpp', 'cs', 'go', 'java', 'javascript', 'javascriptreact', 'json', 'python', 'rust', 'typescript', 'typescriptreact' },
  root_markers = { '.git', 'package.json', 'pyproject.toml', 'go.mod', 'Cargo.toml' },
  settings = {}, -- Sotto's, such as { trusted = true }
  keys = { accept = '<Tab>', accept_word = '<C-Right>', dismiss = '<C-]>', next = '<M-]>', previous = '<M-[>', request = '<M-\\>' },
}
local function call(client, method, ...) -- 0.11 has made methods of a client's functions
  return client[method](unpack(vim.fn.has('nvim-0.11') == 1 and { client, ... } or { ... }))
end
local function client_of(buf) return vim.lsp.get_clients({ bufnr = buf, name = 'sotto' })[1] end
local function lines_of(text) return vim.split(text, '\n', { plain = true }) end
local function place() -- the buffer, and the cursor's row and byte in it
  local row, col = unpack(api.nvim_win_get_cursor(0))
  return api.nvim_get_current_buf(), row - 1, col
end
local function clear()
  if shown and api.nvim_buf_is_valid(shown.buf) then api.nvim_buf_del_extmark(shown.buf, ns, 1) end
  shown = nil
end
local function cancel()
  if pending and pending.id then call(pending.client, 'cancel_request', pending.id) end
  pending = nil
end
local function draw()
  local item = shown.items[shown.index]
  local lines = lines_of(item.text)
  local rest = #api.nvim_buf_get_lines(shown.buf, shown.row, shown.row + 1, false)[1] - shown.col
  local below = vim.tbl_map(function(line) return { { line, 'SottoSuggestion' } } end, vim.list_slice(lines, 2))
  local over = item.replaced > 0 and item.replaced == rest -- the end of the line is replaced: drawn over it
  api.nvim_buf_set_extmark(shown.buf, ns, shown.row, shown.col, { id = 1, virt_text = { { lines[1], 'SottoSuggestion' } },
    virt_text_pos = over and 'overlay' or 'inline', virt_lines = #below > 0 and below or nil })
end
--- Asks for suggestions here. @param asked whether a person does @param step which of them is shown, from the first
local function request(asked, step)
  local buf, row, col = place()
  local client = client_of(buf)
  cancel()
  if not client then return end
  local tick, mine = api.nvim_buf_get_changedtick(buf), { client = client }
  local params = vim.tbl_extend('error', vim.lsp.util.make_position_params(0, 'utf-16'), { context = { triggerKind = asked and 1 or 2 } })
  pending = mine
  local function answered(_, result)
    if pending ~= mine then return end
    pending = nil
    local is_same = vim.deep_equal({ tick, buf, row, col }, { api.nvim_buf_get_changedtick(buf), place() })
    if not is_same or not vim.startswith(api.nvim_get_mode().mode, 'i') then return end
    clear()
    local items = vim.tbl_map(function(item) -- only closing brackets are replaced: as many bytes as units
      return { text = item.insertText, replaced = item.range['end'].character - item.range.start.character, command = item.command }
    end, result and result.items or result or {})
    if #items == 0 then return end
    shown = { buf = buf, row = row, col = col, items = items, index = (step or 0) % #items + 1 }
    draw()
  end
  mine.id = select(2, call(client, 'request', 'textDocument/inlineCompletion', params, answered, buf))
end
--- Follows what is typed: keeps what is left of the ghost text, or drops it, and asks.
local function follow(entered)
  local buf, row, col = place()
  local now = buf .. ':' .. api.nvim_buf_get_changedtick(buf)
  local changed = seen ~= now
  seen = now
  if shown and (changed or shown.buf ~= buf or shown.row ~= row or shown.col ~= col) then
    local along = changed and shown.buf == buf and shown.row == row and col >= shown.col
    local typed = along and api.nvim_buf_get_text(buf, row, shown.col, row, col, {})[1] or nil
    local current = shown.items[shown.index]
    local fits = function(item) return typed and #item.text > #typed and vim.startswith(item.text, typed) end
    local items = vim.tbl_filter(fits, shown.items)
    if not fits(current) then clear() else
      for index, item in ipairs(items) do
        if item == current then shown.index = index end
        item.text = item.text:sub(#typed + 1)
      end
      shown.items, shown.col = items, col
      draw()
    end
  end
  if changed or entered then request(false) end
end
local function accept(word)
  local _, row, col = place()
  local item = shown.items[shown.index]
  local part = word and (item.text:match('^%s*[%w_]+') or item.text:match('^%s*[^%w%s_]+')) or item.text
  local whole, lines = part == item.text, lines_of(part)
  vim.cmd('let &undolevels = &undolevels') -- one step to undo
  api.nvim_buf_set_text(0, row, col, row, col + (whole and item.replaced or 0), lines)
  api.nvim_win_set_cursor(0, { row + #lines, #lines == 1 and col + #part or #lines[#lines] })
  if whole and item.command then call(client_of(0), 'request', 'workspace/executeCommand', item.command, function() end, 0) end
  follow()
end
local function cycle(step)
  if #shown.items == 1 then return request(true, step) end
  shown.index = (shown.index - 1 + step) % #shown.items + 1
  draw()
end
local actions = {
  accept = accept, accept_word = function() accept(true) end, dismiss = function() cancel() clear() end,
  next = function() cycle(1) end, previous = function() cycle(-1) end, request = function() request(true) end,
}
local function setup(given)
  options = vim.tbl_deep_extend('force', options, given or {})
  api.nvim_set_hl(0, 'SottoSuggestion', { link = 'Comment', default = true })
  local group = api.nvim_create_augroup('sotto', {})
  local function on(events, run, pattern) api.nvim_create_autocmd(events, { group = group, pattern = pattern, callback = run }) end
  on('FileType', function(event)
    local start = { name = 'sotto', cmd = options.cmd, settings = { sotto = options.settings } }
    start.root_dir = vim.fs.root(event.buf, options.root_markers)
    vim.lsp.start(start, { bufnr = event.buf })
  end, options.filetypes)
  on('InsertEnter', function() follow(true) end)
  on('LspAttach', function() if vim.startswith(api.nvim_get_mode().mode, 'i') then follow(true) end end)
  on({ 'TextChangedI', 'TextChangedP', 'CursorMovedI' }, function() follow() end)
  on({ 'InsertLeave', 'BufLeave' }, actions.dismiss)
  for name, key in pairs(options.keys) do -- a key without a suggestion keeps its meaning
    vim.keymap.set('i', key, function()
      if shown or name == 'request' then actions[name]() else api.nvim_feedkeys(vim.keycode(key), 'in', false) end
    end, { desc = 'Sotto: ' .. name })
  end
end
return { setup = setup }
