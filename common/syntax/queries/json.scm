; JSON, with comments. The sections are described in common/syntax/querySource.ts.

;; definitions
(pair key: (_) @name value: (object) @body) @definition.field

;; values
(document (object (pair key: (_) @name value: [(array) (string) (number) (true) (false) (null)]) @definition.field))

;; outline
(document (object (pair value: [(object) (array)] @elided)))

;; regions
(comment) @comment
(string) @string
