// Functions that a framework calls with parts of a request, by the framework: group 1 of each pattern is the list of the parameters that hold them. Pure.

export const handlers: readonly RegExp[] = [
  // FastAPI's and other routes: `@app.get("/…")` and the function below
  /@\w{1,40}\.(?:get|post|put|delete|patch)\([^\n]{0,200}\n\s{0,40}(?:async )?def \w{1,60}\(([^)]{0,300})\)/g,
  // Django's views: `def view(request, name)`
  /\bdef \w{1,60}\(request(?:: \w{1,40})?,([^),]{0,60})\)/g,
  // ASP.NET's actions below `[HttpGet]`
  /\[Http(?:Get|Post|Put|Delete|Patch)[^\]\n]{0,80}\]\s{0,60}(?:\[[^\]\n]{0,80}\]\s{0,60}){0,3}public [^(\n]{1,100}\(([^)]{0,300})\)/g,
  // ASP.NET's minimal routes: `app.MapGet("/…", (string name) =>`
  /\.Map(?:Get|Post|Put|Delete)\([^,\n]{1,80},\s{0,4}(?:async )?\(([^)]{0,200})\)/g,
  // NestJS's parameters: `@Query("name") name: string`
  /@(?:Param|Query|Body|Headers|Args|QueryParam|BodyParam|QueryParams|MessageBody|Payload)\([^()\n]{0,40}\)(\s{1,4}\w{1,60}[^,)\n]{0,40})/g,
  // axum's: `Query(input): Query<Input>`
  /\b(?:Path|Query|Form|Json)\(([\w, ]{1,100})\): (?:\w{1,20}::)?(?:Path|Query|Form|Json)</g,
  // actix's: `input: web::Query<Input>`
  /(\b\w{1,40}): (?:web|extract)::(?:Query|Path|Json|Form|Bytes)</g,
  // ASP.NET's actions by what they return
  /\bpublic (?:async )?(?:Task<|ValueTask<)?(?:I?ActionResult|JsonResult|FileResult|ContentResult|RedirectResult|FileStreamResult|PhysicalFileResult|IResult|ViewResult|IHttpActionResult|HttpResponseMessage)(?:<[^<>\n]{0,40}>)?>? \w{1,40}\(([^)]{1,300})\)/g,
  // ASP.NET's pages: `OnGet`, `OnPost`
  /\b(?:void|IActionResult|Task|Task<IActionResult>) On(?:Get|Post)\w{0,30}\(([^)]{1,300})\)/g,
  // Crow's routes, in C++
  /\bCROW_ROUTE\([^\n]{1,120}\(\[[^\]\n]{0,20}\]\s?\(([^)]{1,200})\)/g,
  // tools of a server of MCP, which a model calls
  /\b(?:server|mcp)\.(?:tool|registerTool)\([^\n]{1,300}\(\{([^{}\n]{1,200})\}/g,
  // Python's resolvers of GraphQL
  /\bdef resolve_\w{1,40}\((?:self|root|parent|_),\s?_?info,([^)]{1,200})\)/g,
  // Socket.IO's and other events, in Python
  /@\w{1,20}\.(?:on|event)\b[^\n]{0,60}\n\s{0,20}(?:async )?def \w{1,40}\(([^)]{1,200})\)/g,
  // Discord's commands
  /@(?:\w{1,20}\.){1,2}(?:command|slash_command|hybrid_command)\([^\n]{0,80}\n\s{0,20}(?:async )?def \w{1,40}\((?:self,\s?)?(?:ctx|interaction)\b[^,)]{0,40},([^)]{1,200})\)/g,
  // Java's listeners to queues
  /@(?:KafkaListener|RabbitListener|JmsListener|SqsListener|MessageMapping)\b[^\n]{0,120}\n\s{0,20}(?:public |private |protected )?[\w<>]{1,40} \w{1,40}\(([^)]{1,200})\)/g,
  // JavaScript's resolvers of GraphQL: `(_, { name }: NameArgs)`
  /\(\s?_?(?:parent|root|obj|source|_)?(?::\s?\w{1,20})?,\s?\{([^{}\n]{1,120})\}:\s?(?:\{|\w{1,40}Args\b)/g,
  // CherryPy's pages
  /@cherrypy\.expose\s{1,20}def \w{1,40}\(([^)]{1,200})\)/g,
  // warp's filters, in Rust
  /\.(?:and_then|map)\(\|([^|\n]{1,100}): String\b/g,
];
