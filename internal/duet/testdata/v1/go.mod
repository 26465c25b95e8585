module github.com/tailgate-go/tailgate

go 1.26
